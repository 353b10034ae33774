import TacitTestSupport

/// A small data set in a temporary folder.
struct Tree {
    private let folder: TemporaryFolder
    var path: String { folder.path }

    /// - Parameter files: contents by relative path; folders are made as needed.
    init(_ files: [String: String]) throws {
        folder = try TemporaryFolder()
        for (name, content) in files { try folder.write(name, content.utf8) }
    }
}
