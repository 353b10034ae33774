import Glibc
import TacitDiagnostics
import TacitTestSupport
import Testing

/// Whether two paths are one file, or would be.
@Suite struct FileIdentityTests {
    @Test func aFileIsItselfWhateverItIsCalled() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("file", [1])
        let other = try folder.write("other", [1])
        #expect(link(file, folder.path("hard")) == 0 && symlink("file", folder.path("soft")) == 0)
        let identity = try #require(FileIdentity(path: file))
        #expect(FileIdentity(path: folder.path("hard")) == identity)
        #expect(FileIdentity(path: folder.path("soft")) == identity)
        #expect(FileIdentity(link: folder.path("hard")) == identity)
        #expect(FileIdentity(link: folder.path("soft")) != identity)
        #expect(FileIdentity(path: other) != identity)
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        // Moved away while it is open, and another in its place.
        #expect(rename(other, file) == 0)
        #expect(FileIdentity(descriptor: descriptor) == identity && FileIdentity(path: file) != identity)
    }

    @Test func nothingHasNone() throws {
        let folder = try TemporaryFolder()
        #expect(symlink("none", folder.path("soft")) == 0)
        #expect(FileIdentity(path: folder.path("none")) == nil && FileIdentity(descriptor: -1) == nil)
        #expect(FileIdentity(path: folder.path("soft")) == nil && FileIdentity(link: folder.path("soft")) != nil)
    }

    @Test func placesWhereThereIsNothingYet() throws {
        let folder = try TemporaryFolder()
        try folder.write("real/file", [])
        #expect(symlink("real", folder.path("way")) == 0 && symlink("real/new", folder.path("soft")) == 0)
        let new = folder.path("real/new")
        for same in [new, folder.path + "/./real/new", folder.path("way/new")] {
            #expect(FileIdentity.areOnePlace(new, same) && FileIdentity.leadToOne(new, same), "\(same)")
        }
        for other in [folder.path("real/old"), folder.path("new"), folder.path("none/new")] {
            #expect(!FileIdentity.areOnePlace(new, other) && !FileIdentity.leadToOne(new, other), "\(other)")
        }
        // A link is a name of its own, and leads there.
        #expect(!FileIdentity.areOnePlace(new, folder.path("soft")) && FileIdentity.leadToOne(new, folder.path("soft")))
        #expect(!FileIdentity.areOnePlace(folder.path("none/a"), folder.path("nowhere/a")))
    }
}
