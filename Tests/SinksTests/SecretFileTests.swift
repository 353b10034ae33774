import Foundation
import TacitDiagnostics
import TacitSinks
import TacitTestSupport
import Testing

/// Passwords and tokens in files, and in what only looks like one.
@Suite struct SecretFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func pipe(_ name: String) throws -> String {
        let path = folder.path(name)
        try #require(mkfifo(path, 0o600) == 0)
        return path
    }

    @Test(arguments: [
        ("secret", "secret"), ("secret\nsecond line\n", "secret"), ("a b\r\n", "a b"), ("\u{e9}\n", "\u{e9}"),
    ])
    func theFirstLine(content: String, secret: String) throws {
        #expect(try SecretFile.read(folder.write("secret", content.utf8)) == secret)
    }

    @Test(arguments: [
        [UInt8](), Array("\nsecond".utf8), [0], [0xff, 0xff], [UInt8](repeating: 0x61, count: 4097),
    ])
    func whatHoldsNone(content: [UInt8]) throws {
        let path = try folder.write("none", content)
        #expect {
            _ = try SecretFile.read(path)
        } throws: {
            ($0 as? TacitError)?.kind == .badData && ($0 as? TacitError)?.file == path
        }
    }

    /// What no header can carry as it is: other letters, a byte order mark, control characters, spaces at the ends.
    @Test(arguments: [
        ("0123456789abcdef\n", true), ("a token of tests ~!\n", true), ("0123456789abcde\u{e9}", false),
        ("\u{feff}0123456789abcdef", false), ("0123456789abcde\tf", false), ("0123456789abcdef ", false),
        (" 0123456789abcdef", false), ("0123456789", false),
    ])
    func tokens(content: String, isOne: Bool) throws {
        let path = try folder.write("token", content.utf8)
        guard !isOne else {
            let token = try SecretFile.token(path, least: 16)
            #expect(token + "\n" == content)
            return
        }
        #expect {
            _ = try SecretFile.token(path, least: 16)
        } throws: {
            ($0 as? TacitError)?.kind == .badData && ($0 as? TacitError)?.file == path
        }
    }

    /// One line says so, and nobody waits for ever: without a writer, and with one who writes no whole line.
    @Test(arguments: ["", "half a line"])
    func aPipeThatGivesNothing(content: String) throws {
        let path = try pipe("pipe")
        let writing = content.isEmpty ? -1 : open(path, O_RDWR)
        defer { if writing >= 0 { close(writing) } }
        if writing >= 0 { try #require(write(writing, content, content.utf8.count) == content.utf8.count) }
        #expect {
            _ = try SecretFile.read(path, patience: 0.01)
        } throws: { error in
            guard let error = error as? TacitError else { return false }
            return error.kind == .noInput && error.file == path
                && error.reason.contains("was written into it in 1 seconds")
        }
    }

    /// What comes late is taken, and nobody waits for the writer to leave.
    @Test func aPipeThatGivesItLater() throws {
        let path = try pipe("pipe")
        let end = StopToken()
        Thread {
            // Waits for the reader.
            let writing = open(path, O_WRONLY)
            _ = write(writing, "secret\n", 7)
            end.wait(seconds: 60)
            close(writing)
        }.start()
        #expect(try SecretFile.read(path, patience: 60) == "secret")
        end.stop()
    }

    /// As a shell's substitution gives it: a pipe that has been left already.
    @Test func aPipeThatWasLeft() throws {
        var ends: [Int32] = [-1, -1]
        try #require(Foundation.pipe(&ends) == 0)
        defer { close(ends[0]) }
        try #require(write(ends[1], "secret", 6) == 6)
        close(ends[1])
        #expect(try SecretFile.read("/dev/fd/\(ends[0])", patience: 60) == "secret")
    }
}
