import Glibc
import TacitDiagnostics
import TacitTestSupport
import Testing

/// What a folder holds, by its path and by its descriptor.
@Suite struct FolderListingTests {
    private static let names = ["...", ".hidden", "a", "ä b"]

    private func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for name in Self.names { try folder.write(name, []) }
        return folder
    }

    @Test func itselfAndItsParentAreNotIn() throws {
        let folder = try folder()
        let listed = try FolderListing.names(in: folder.path).sorted()
        #expect(listed == Self.names.sorted())
        #expect(FolderListing.count(in: folder.path) == Self.names.count)
        #expect(try FolderListing.names(in: folder.path, most: 3).count == 3)
    }

    @Test func aFolderThatIsOpenStaysSo() throws {
        let folder = try folder()
        let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(descriptor) }
        for _ in 0..<2 {
            var listed: [String] = []
            try FolderListing.forEachName(at: descriptor) { listed.append($0) }
            #expect(listed.sorted() == Self.names.sorted())
        }
    }

    @Test func whatCannotBeOpenedIsAnError() throws {
        let nowhere = try TemporaryFolder().path("nowhere")
        #expect(throws: TacitError(.noInput, file: nowhere, "No such file or directory")) {
            _ = try FolderListing.names(in: nowhere)
        }
        #expect(throws: TacitError.self) { try FolderListing.forEachName(at: -1) { _ in } }
        #expect(FolderListing.count(in: nowhere) == nil)
    }
}
