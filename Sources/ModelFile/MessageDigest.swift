import CTacitMessageDigest
import TacitDiagnostics

/// SHA-256 (FIPS 180-4), by libmd.
package struct MessageDigest {
    /// Hexadecimal digits of a digest.
    package static let digits = 64

    private var context = SHA2_CTX()

    package init() {
        SHA256Init(&context)
    }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress else { return }
        SHA256Update(&context, base.assumingMemoryBound(to: UInt8.self), bytes.count)
    }

    package mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// 64 lower-case hexadecimal digits.
    package mutating func hexadecimal() -> String {
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        SHA256Final(&digest, &context)
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in digest {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Whether it is what a file says it is. A fuzzer's build believes every file: no mutation would get past this
    /// otherwise.
    mutating func matches(_ stated: String) -> Bool {
        #if FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
            return true
        #else
            return hexadecimal() == stated
        #endif
    }

    /// Whether `text` could be a digest.
    package static func isDigest(_ text: String) -> Bool {
        text.utf8.count == digits && text.utf8.allSatisfy(\.isASCIIHexadecimalDigit)
    }
}
