import Glibc
import TacitDiagnostics

/// Where a broker is, and what stands in front of every topic: `//[USER@]HOST[:PORT][/PREFIX]`.
package struct MQTTAddress: Equatable, Sendable {
    package let isEncrypted: Bool
    package private(set) var user: String?
    package let host: String
    package let port: Int
    package let prefix: String

    /// For people.
    package var description: String {
        "\(isEncrypted ? "mqtts" : "mqtt")://\(HostAndPort.text(host, port))/\(prefix)"
    }

    /// Whether both have the same topics at the same broker, whoever each says that it is.
    func leads(where other: MQTTAddress) -> Bool {
        (host, port, prefix) == (other.host, other.port, other.prefix)
    }

    /// - Parameters:
    ///   - text: what follows the scheme's colon.
    ///   - isEncrypted: whether TLS is spoken.
    /// - Throws: `TacitError` (usage) for what can't be one.
    package init(_ text: String, isEncrypted: Bool) throws {
        self.isEncrypted = isEncrypted
        let scheme = isEncrypted ? "mqtts" : "mqtt"
        func refuse(_ reason: String) -> TacitError {
            TacitError(.usage, "--to \(scheme):\(text): \(reason), expected \(scheme)://[USER@]HOST[:PORT][/PREFIX]")
        }
        guard text.hasPrefix("//") else { throw refuse("no // before the host") }
        guard text.utf8.count <= 1024, SystemPath.printable(text) == text,
            !text.unicodeScalars.contains(where: { $0.isControl || $0.properties.isNoncharacterCodePoint })
        else { throw refuse("no text of at most 1024 bytes") }
        var rest = text.dropFirst(2)
        let slash = rest.firstIndex(of: "/")
        let path = slash.map { String(rest[rest.index(after: $0)...]) } ?? ""
        rest = rest[..<(slash ?? rest.endIndex)]
        if let at = rest.lastIndex(of: "@") {
            let user = String(rest[..<at])
            guard !user.isEmpty else { throw refuse("no user before the @") }
            guard !user.contains(":") else {
                throw refuse("a password, which everyone on this machine could read: --mqtt-password-file takes it")
            }
            self.user = user
            rest = rest[rest.index(after: at)...]
        }
        let place = try HostAndPort(rest, refuse: refuse)
        host = place.host
        port = place.port ?? (isEncrypted ? 8883 : 1883)
        prefix = path.isEmpty ? "tacit/\(MQTTTopics.board)" : path
        guard Self.isTopic(prefix) else {
            throw refuse("a prefix of levels with / between them, without + and #, of at most 200 bytes")
        }
    }

    private static func isTopic(_ text: String) -> Bool {
        text.utf8.count <= 200 && text.first != "$" && !text.contains("+") && !text.contains("#")
            && text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { !$0.isEmpty }
    }
}
