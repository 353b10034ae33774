/// Which model labels were taught to.
package struct TaughtModelIdentity: Equatable, Sendable {
    /// Of the model file; 64 hexadecimal digits.
    package let digest: String
    /// The file's name without its folder, for people.
    package let name: String
    /// Elements of what it makes of an example.
    package let width: Int

    package init(digest: String, name: String, width: Int) {
        self.digest = digest
        self.name = name
        self.width = width
    }
}
