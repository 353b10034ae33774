/// Standard input where a file may be named.
package enum StandardInput {
    /// The path that stands for it.
    package static let path = "-"
    /// What errors call it.
    package static let name = "standard input"

    /// A path as errors name it.
    package static func shownName(_ path: String) -> String { path == Self.path ? name : path }
}
