import CTacitMessageDigest

/// The digest that WebSocket's handshake asks for (FIPS 180-4, RFC 6455 section 4.2.2), by libmd. It protects nothing
/// there, and is used for nothing else.
package enum SHA1 {
    /// 20 bytes.
    package static func digest(_ message: [UInt8]) -> [UInt8] {
        var context = SHA1_CTX()
        SHA1Init(&context)
        SHA1Update(&context, message, message.count)
        var digest = [UInt8](repeating: 0, count: Int(SHA1_DIGEST_LENGTH))
        SHA1Final(&digest, &context)
        return digest
    }
}
