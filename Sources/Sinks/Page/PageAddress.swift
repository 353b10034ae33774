import TacitDiagnostics

/// Where the page is to be had: `//HOST:PORT`.
package struct PageAddress: Equatable, Sendable {
    let host: String
    /// 0 for any that is free.
    let port: Int

    /// For people.
    var description: String { "http://\(HostAndPort.text(host, port))" }

    /// Whether nobody but this machine's own programs gets there.
    package var isLoopback: Bool { host == "localhost" || IPAddress.isLoopback(host) }

    /// Whether both can't be had at once: `localhost` is 127.0.0.1 or ::1.
    func isOne(with other: PageAddress) -> Bool {
        guard port != 0, port == other.port else { return false }
        let hosts = [host, other.host]
        return host == other.host
            || hosts.contains("localhost") && (hosts.contains("127.0.0.1") || hosts.contains("::1"))
    }

    /// - Parameters:
    ///   - text: what follows the scheme's colon.
    /// - Throws: `TacitError` (usage) for what can't be one.
    package init(_ text: String) throws {
        func refuse(_ reason: String) -> TacitError {
            TacitError(.usage, "--to http:\(SystemPath.printable(text)): \(reason), expected http://HOST:PORT")
        }
        guard text.hasPrefix("//") else { throw refuse("no // before the host") }
        guard text.utf8.count <= 512, SystemPath.printable(text) == text,
            !text.unicodeScalars.contains(where: { $0.value < 0x20 })
        else { throw refuse("no text of at most 512 bytes") }
        let slash = text.hasSuffix("/") && text != "//"
        let place = try HostAndPort(text.dropFirst(2).dropLast(slash ? 1 : 0), ports: 0...65_535, refuse: refuse)
        guard !place.host.contains("/"), !place.host.contains("@"), !place.host.contains("?") else {
            throw refuse("more than a host and a port")
        }
        guard let port = place.port else { throw refuse("no port") }
        host = place.host
        self.port = port
    }
}
