import TacitDiagnostics

/// What the command line says of the page beside its address.
package struct PageSettings: Equatable, Sendable {
    /// A file whose first line is the token.
    package var tokenFile: String?
    /// The name that a proxy in front is known by, which requests for the page then have.
    package var name: String?

    package init() {}

    /// Whether it could be a host's name.
    package static func isName(_ text: String) -> Bool {
        struct NoName: Error {}
        guard SystemPath.isText(text), !text.unicodeScalars.contains(where: \.isControl),
            let place = try? HostAndPort(text[...], refuse: { _ in NoName() })
        else { return false }
        return place.port == nil && text.first != "["
    }
}
