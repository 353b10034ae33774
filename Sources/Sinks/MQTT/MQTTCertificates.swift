import CTacitMosquitto
import TacitDiagnostics

/// The files that TLS is set up with. The library opens them only once it is connected, and tells of one that it can't
/// use in its log alone: so they are looked at first.
enum MQTTCertificates {
    /// - Throws: `TacitError`: input for a file that can't be read, data for one that can't be used.
    static func check(_ settings: MQTTSettings) throws {
        for path in [settings.authorityFile, settings.certificateFile, settings.keyFile] {
            if let path { try requirePEM(path, isKey: path == settings.keyFile) }
        }
        var words: UnsafePointer<CChar>?
        let place = tacit_mosquitto_rejects(
            settings.authorityFile, settings.certificateFile, settings.keyFile, &words)
        let reason = words.map { String(cString: $0) } ?? ""
        switch place {
        case Int32(TACIT_MOSQUITTO_AUTHORITY):
            throw TacitError.badData(
                settings.authorityFile ?? "", "expected certificates of who vouches for the broker: \(reason)")
        case Int32(TACIT_MOSQUITTO_CERTIFICATE):
            throw TacitError.badData(
                settings.certificateFile ?? "", "expected this machine's certificate: \(reason)")
        case Int32(TACIT_MOSQUITTO_KEY):
            throw TacitError.badData(
                settings.keyFile ?? "", "expected the key to \(settings.certificateFile ?? "no certificate"): \(reason)"
            )
        default: break
        }
    }

    /// - Throws: `TacitError`: input for a file that can't be read, data for one that holds no certificate and no key, or
    ///   a key that wants a pass phrase, for which there is nobody to ask.
    private static func requirePEM(_ path: String, isKey: Bool) throws {
        let text = String(decoding: try SecretFile.bytes(path, most: 1 << 20), as: UTF8.self)
        guard text.contains("-----BEGIN ") else {
            throw TacitError.badData(path, "expected certificates or a key in PEM, which begin with -----BEGIN")
        }
        // As PKCS #8 has it (RFC 7468), and as it was before (RFC 1421).
        let isEncrypted = text.contains("-----BEGIN ENCRYPTED ") || text.contains("Proc-Type: 4,ENCRYPTED")
        guard !isKey || !isEncrypted else {
            throw TacitError.badData(
                path, "is encrypted, expected a key without a pass phrase: openssl pkey -in KEY -out PLAIN makes one")
        }
    }
}
