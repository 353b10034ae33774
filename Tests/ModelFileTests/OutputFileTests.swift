import Foundation
import Glibc
import TacitDiagnostics
import TacitModelFile
import TacitTestSupport
import Testing

/// A file that appears whole or not at all.
@Suite struct OutputFileTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path("file")
    }

    private func write(_ text: String, _ file: OutputFile, at offset: Int = 0) throws {
        try Array(text.utf8).withUnsafeBytes { try file.write($0, at: offset) }
    }

    private func text() throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    private var mode: mode_t {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }

    @Test func itAppearsWhenItIsFinished() throws {
        do {
            let file = try OutputFile(path: path)
            try write("def", file, at: 3)
            try write("abc", file)
            #expect(!FileManager.default.fileExists(atPath: path))
            try file.finish()
        }
        #expect(try text() == "abcdef" && folder.names() == ["file"])
        #expect(mode == 0o666 & ~FileMode.mask)
    }

    @Test func whatIsThereStaysUntilThen() throws {
        try folder.write("file", Array("old".utf8))
        #expect(chmod(path, 0o640) == 0)
        do {
            let left = try OutputFile(path: path)
            try write("new", left)
            #expect(try text() == "old")
        }
        #expect(try text() == "old" && folder.names() == ["file"])
        let file = try OutputFile(path: path)
        try write("new", file)
        try file.finish()
        #expect(try text() == "new" && mode == 0o640 && folder.names() == ["file"])
    }

    /// The name is taken in between: by another file, and by another one that is written there.
    @Test func whatComesInBetweenIsReplaced() throws {
        let (one, other) = (try OutputFile(path: path), try OutputFile(path: path))
        try write("one", one)
        try write("other", other)
        try folder.write("file", Array("between".utf8))
        try one.finish()
        #expect(try text() == "one")
        try other.finish()
        #expect(try text() == "other" && folder.names() == ["file"])
    }

    /// Of temporary files beside it those go that nobody is writing.
    @Test func onlyWhatWasAbandonedIsRemoved() throws {
        for name in ["file.tacit-0a1b2c", "file.tacit-0a1b2cd", "other.tacit-0a1b2c", "file.tacit-aaaaaa"] {
            try folder.write(name, [])
        }
        let descriptor = open(folder.path("file.tacit-aaaaaa"), O_RDWR | O_CLOEXEC)
        defer { close(descriptor) }
        try #require(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        try OutputFile(path: path).finish()
        #expect(
            try folder.names() == ["file", "file.tacit-0a1b2cd", "file.tacit-aaaaaa", "other.tacit-0a1b2c"])
    }

    @Test func whatTheSystemRefusesIsTold() throws {
        let file = try OutputFile(path: path)
        #expect(throws: TacitError(.cannotCreate, file: path, "Invalid argument")) { try write("a", file, at: -1) }
        // The folder goes before the file is in its place.
        let gone = folder.path("gone")
        try FileManager.default.createDirectory(atPath: gone, withIntermediateDirectories: false)
        let late = try OutputFile(path: "\(gone)/file")
        try FileManager.default.removeItem(atPath: gone)
        #expect(throws: TacitError(.cannotCreate, file: "\(gone)/file", "No such file or directory")) {
            try late.finish()
        }
        #expect(throws: TacitError(.cannotCreate, file: "/dev/full", "is there and not a regular file")) {
            _ = try OutputFile(path: "/dev/full")
        }
    }
}
