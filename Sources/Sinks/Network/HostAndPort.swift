import TacitDiagnostics

/// `HOST[:PORT]` or `[IPv6][:PORT]`, as addresses have it.
package struct HostAndPort {
    /// As names are compared, which is without regard to case.
    let host: String
    let port: Int?

    /// - Parameters:
    ///   - text: without what stands before and behind it.
    ///   - ports: that there may be.
    ///   - refuse: makes an error of a reason.
    init(_ text: Substring, ports: ClosedRange<Int> = 1...65_535, refuse: (String) -> any Error) throws {
        var portText: Substring?
        let host: String
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { throw refuse("a [ without its ]") }
            let inside = text[text.index(after: text.startIndex)..<end]
            // An address of one link alone has the link's name behind it.
            let parts = inside.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
            guard IPAddress.isSix(String(parts[0])), parts.count == 1 || !parts[1].isEmpty else {
                throw refuse("no IPv6 address between the [ and the ]")
            }
            host = String(inside)
            let behind = text[text.index(after: end)...]
            guard behind.isEmpty || behind.first == ":" else { throw refuse("no port behind the ]") }
            portText = behind.isEmpty ? nil : behind.dropFirst()
        } else if let colon = text.firstIndex(of: ":") {
            host = String(text[..<colon])
            portText = text[text.index(after: colon)...]
        } else {
            host = String(text)
        }
        // Letters of any script stay: the system's resolver knows names in Unicode.
        guard !host.isEmpty, host.utf8.count <= 253,
            !host.contains(where: { $0.isWhitespace || "?#/\\\"<>".contains($0) })
        else { throw refuse("no host") }
        self.host = Self.plain(host)
        guard let portText else {
            port = nil
            return
        }
        guard portText.utf8.allSatisfy(\.isASCIIDigit), let number = Int(portText), ports.contains(number)
        else { throw refuse("no port from \(ports.lowerBound) to \(ports.upperBound)") }
        port = number
    }

    /// The name of a link behind a `%` stays as it is.
    private static func plain(_ host: String) -> String {
        let parts = host.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        return ([parts[0].lowercased()] + parts.dropFirst().map(String.init)).joined(separator: "%")
    }

    /// `HOST:PORT`, or `[IPv6]:PORT`.
    package static func text(_ host: String, _ port: Int) -> String {
        "\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }
}
