/// What the command line says of the page beside its address.
package struct PageSettings: Equatable, Sendable {
    /// A file whose first line is the token.
    package var tokenFile: String?

    package init() {}
}
