import Glibc
import TacitDiagnostics
import TacitTestSupport
import Testing

/// Bytes of files, and why there are no more of them.
@Suite struct FileBytesTests {
    private func read(_ path: String, most: Int) -> (bytes: [UInt8], failure: Int32) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        return FileBytes.read(descriptor, most: most)
    }

    @Test func theyAreReadToTheEndOrUntilThereAreEnough() throws {
        let folder = try TemporaryFolder()
        let whole = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
        let path = try folder.write("file", whole)
        for most in [0, 1, 999, 1000, 1001] {
            let (bytes, failure) = read(path, most: most)
            #expect(bytes == Array(whole.prefix(most)) && failure == 0)
        }
        let (bytes, failure) = read(folder.path, most: 10)
        #expect(bytes.isEmpty && failure == EISDIR)
    }

    /// More than a pipe holds, so that the system divides it.
    @Test func aPipeGetsAndGivesAllOfThem() throws {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        let whole = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        let writing = ends[1]
        try DetachedThread.start(for: "test", failing: .inputOutput) {
            _ = whole.withUnsafeBytes { FileBytes.write($0, to: writing) }
            close(writing)
        }
        let (bytes, failure) = FileBytes.read(ends[0], most: whole.count)
        close(ends[0])
        #expect(bytes == whole && failure == 0)
    }

    @Test func aFullDiskIsTold() {
        let descriptor = open("/dev/full", O_WRONLY | O_CLOEXEC)
        defer { close(descriptor) }
        let failure = [UInt8](repeating: 1, count: 10).withUnsafeBytes { FileBytes.write($0, to: descriptor) }
        #expect(failure == ENOSPC)
    }

    @Test func linesGoOnlyIntoText() throws {
        let folder = try TemporaryFolder()
        func refusal(_ bytes: [UInt8], begunBy first: UInt8? = nil) throws -> String? {
            let path = try folder.write("file", bytes)
            let error = thrown(TacitError.self) { try FileContent.requireText(path, begunBy: first) }
            #expect(error.map { $0.kind == .cannotCreate && $0.file == path } ?? true)
            return error?.reason
        }
        let brace = UInt8(ascii: "{")
        #expect(try refusal([]) == nil)
        #expect(try refusal([], begunBy: brace) == nil)
        #expect(try refusal(Array("{\"a\":1}\n".utf8), begunBy: brace) == nil)
        #expect(try refusal(Array("\u{1b}[31mä\t\r\n".utf8)) == nil)
        #expect(try refusal(Array("name,time\n".utf8), begunBy: brace)?.contains("holds something else") == true)
        for control in [UInt8(0), 1, 0x08, 0x0b, 0x1f] {
            #expect(try refusal(Array("RIFF".utf8) + [control])?.contains("no text") == true)
            // Behind what is looked at.
            #expect(try refusal([UInt8](repeating: 0x61, count: 512) + [control]) == nil)
            #expect(try refusal([UInt8](repeating: 0x61, count: 511) + [control]) != nil)
        }
        for path in [folder.path, folder.path("none"), "/dev/null"] { try FileContent.requireText(path) }
    }
}
