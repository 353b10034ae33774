import Glibc
import TacitDiagnostics
import TacitPrograms
import Testing

/// Programs that end by themselves, that are asked to, and that are made to.
@Suite struct ChildGroupTests {
    /// The shell with a script, and where its output is read.
    private func shell(
        _ script: String, environment: [[UInt8]]? = nil, input: Int32 = -1
    ) throws -> (group: ChildGroup, output: Int32) {
        let pipe = try PipeEnds(failing: .inputOutput, file: "sh")
        defer { close(pipe.writing) }
        let group = try ChildGroup(
            "/bin/sh", words: ["sh", "-c", script], environment: environment, input: input, output: pipe.writing,
            failing: .inputOutput, file: "sh")
        return (group, pipe.reading)
    }

    private func text(_ descriptor: Int32) -> String {
        defer { close(descriptor) }
        return String(decoding: FileBytes.read(descriptor, most: 4096).bytes, as: UTF8.self)
    }

    @Test(arguments: [
        ("exit 0", ChildGroup.End.status(0)), ("exit 7", .status(7)), ("kill -SEGV $$", .signal(SIGSEGV)),
    ])
    func itsEndIsTold(script: String, end: ChildGroup.End) throws {
        let (group, output) = try shell(script)
        close(output)
        #expect(group.hasEnded(within: 60))
        // Asked again it is still there.
        #expect(group.hasEnded)
        #expect(group.reap(within: 60) == end)
    }

    /// Nothing to read, the words and the environment that are given, and no descriptor but three.
    @Test func whatItIsGiven() throws {
        let (group, output) = try shell(
            "cat; echo $A $B; ls /proc/self/fd | wc -l",
            environment: ["A=a b", "B=\u{fc}"].map { Array($0.utf8) + [0] })
        // The fourth is the folder that is listed.
        #expect(text(output) == "a b \u{fc}\n4\n")
        #expect(group.reap(within: 60) == .status(0))
    }

    @Test func itReadsWhatIsWritten() throws {
        let pipe = try PipeEnds(failing: .inputOutput, file: "cat")
        let (group, output) = try shell("cat", input: pipe.reading)
        close(pipe.reading)
        #expect(write(pipe.writing, "a\nb", 3) == 3)
        close(pipe.writing)
        #expect(text(output) == "a\nb")
        #expect(group.reap(within: 60) == .status(0))
    }

    /// With all that it started: its output has an end only then.
    @Test func itEndsAsAGroup() throws {
        let (group, output) = try shell("sleep 1000 & echo begun; wait")
        var begun = [UInt8](repeating: 0, count: 6)
        #expect(read(output, &begun, 6) == 6)
        #expect(!group.hasEnded && group.reap() == nil)
        group.askToEnd()
        #expect(text(output).isEmpty)
        #expect(group.reap(within: 60) == .signal(SIGTERM))
    }

    @Test func whatDoesNotListenIsMadeTo() throws {
        let (group, output) = try shell("trap '' TERM; echo begun; while :; do sleep 1; done")
        var begun = [UInt8](repeating: 0, count: 6)
        #expect(read(output, &begun, 6) == 6)
        group.askToEnd()
        #expect(!group.hasEnded(within: 0.2))
        group.kill()
        #expect(text(output).isEmpty)
        #expect(group.reap(within: 60) == .signal(SIGKILL))
    }

    @Test func whatCannotBeRunIsAnError() throws {
        #expect(throws: TacitError(.cannotCreate, file: "x", "Permission denied")) {
            try ChildGroup("/etc/passwd", words: ["x"], output: -1, failing: .cannotCreate, file: "x")
        }
    }

    private static let asked: [(script: String, answer: String?)] = [
        ("echo a; echo b >&2", "a\n"), ("echo a; exit 1", nil), ("exec sleep 1000", nil), ("sleep 1000 & echo a", nil),
        ("yes", nil),
    ]

    @Test(arguments: Self.asked)
    func aProgramIsAsked(script: String, answer: String?) {
        #expect(ProgramOutput.of("/bin/sh", ["-c", script], seconds: answer == nil ? 0.5 : 60) == answer)
    }
}
