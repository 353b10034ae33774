/// Contexts of patches out of a set of data, as a model's front end makes them.
package struct DataContexts: Sendable {
    /// Most patches of one, and of all together: a dozen for each column of a small model's matrices.
    package static let longest = 128
    package static let mostPatches = 8192

    /// The set's kind, never its path.
    package let name: String
    package let split: String
    /// Patches of each context.
    package let patches: Int
    /// `[contexts][patches][patchSize]`
    package let values: [Float]

    package init(name: String, split: String, patches: Int, values: [Float]) {
        (self.name, self.split) = (name, split)
        (self.patches, self.values) = (patches, values)
    }
}
