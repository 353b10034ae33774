import TacitDevices
import TacitDiagnostics
import TacitText
import Testing

/// How long a command is left alone, what it is called and what is said of it.
@Suite struct CommandBackoffTests {
    @Test func waitsDoubleUpToHalfAMinute() {
        var backoff = CommandBackoff()
        let waits = (0..<9).map { _ in backoff.wait(afterDelivering: 0) }
        #expect(waits == [0.5, 1, 2, 4, 8, 16, 30, 30, 30])
    }

    @Test func aGoodRunBeginsThemAnew() {
        var backoff = CommandBackoff()
        for _ in 0..<5 { _ = backoff.wait(afterDelivering: 9.9) }
        #expect(backoff.wait(afterDelivering: 10) == 0.5)
        #expect(backoff.wait(afterDelivering: 0) == 1)
    }

    @Test func aCommandIsCalledByItsProgram() throws {
        #expect(try SourceCommand("/opt/bin/cam --name 'the yard'").name == "cam")
        #expect(throws: TacitError(.usage, "--command 'cam 'x': a quote or a backslash without its end")) {
            try SourceCommand("cam 'x")
        }
        #expect(throws: TacitError(.usage, "--command ' ': expected a program and its arguments")) {
            try SourceCommand(" ")
        }
    }

    @Test(arguments: [
        (CommandNote.ended(.status(3), retry: 0.5), "cam ended with status 3; started again in 0.5 s"),
        (.ended(.signal(11), retry: 30), "cam was ended by signal 11; started again in 30.0 s"),
        (
            .waiting(.silent(seconds: 10), retry: 1),
            "cam delivered nothing for 10 s and was ended; started again in 1.0 s"
        ),
        (.waiting(.closed, retry: 1), "cam closed its output and was ended; started again in 1.0 s"),
        (.returned, "cam delivers again"), (.stuck(process: 7), "cam: process 7 can't be ended"),
    ])
    func notesAreWords(note: CommandNote, words: String) {
        var line = ByteBuffer()
        note.write("cam", to: &line)
        #expect(String(decoding: line.bytes, as: UTF8.self) == words)
    }
}
