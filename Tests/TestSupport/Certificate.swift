import Foundation

/// A certificate that nobody vouches for but itself, and the key to it, in files.
public struct Certificate {
    public let path: String
    public let key: String

    /// - Parameters:
    ///   - folder: for both files.
    ///   - name: theirs, in front of `.pem` and `.key`.
    ///   - address: the numbers that it is for.
    ///   - days: how long it lasts from now on; one that is over has fewer than none.
    public init(in folder: TemporaryFolder, _ name: String, for address: String = "127.0.0.1", days: Int = 2) throws {
        (path, key) = (folder.path("\(name).pem"), folder.path("\(name).key"))
        let request = folder.path("\(name).csr")
        let extensions = try folder.write("\(name).ext", "subjectAltName=IP:\(address)\n".utf8)
        try Self.openssl(
            ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=\(address)"]
                + ["-keyout", key, "-out", request])
        try Self.openssl(
            ["x509", "-req", "-in", request, "-signkey", key, "-days", "\(days)", "-extfile", extensions, "-out", path])
    }

    /// The key once more, behind a pass phrase.
    ///
    /// - Parameter command: OpenSSL's that writes it: `pkey` as PKCS #8 has it, `ec` as it was before that.
    public func encryptedKey(by command: String) throws -> String {
        let encrypted = "\(key).\(command)"
        try Self.openssl([command, "-in", key, "-aes128", "-passout", "pass:secret", "-out", encrypted])
        return encrypted
    }

    private static func openssl(_ arguments: [String]) throws {
        let outcome = try Executable(path: "/usr/bin/openssl").run(arguments)
        guard outcome.status == 0 else { throw Executable.LaunchFailure(description: outcome.standardError) }
    }
}
