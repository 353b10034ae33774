import Glibc
import Synchronization
import TacitPrograms
import TacitText
import Testing

/// Bytes that programs write, as lines.
@Suite struct LinePipeTests {
    private final class Lines: LineReader {
        private let all = Mutex<[String]>([])
        var now: [String] { all.withLock { $0 } }

        func take(_ line: inout ByteBuffer) {
            let text = String(decoding: line.bytes, as: UTF8.self)
            all.withLock { $0.append(text) }
        }

        func finish() { all.withLock { $0.append("end") } }
    }

    private func made(_ shape: LinePipe.Shape, outlives: Bool, _ lines: Lines) throws -> LinePipe {
        try LinePipe(for: "x", failing: .inputOutput, shape, outlives: outlives, to: lines)
    }

    /// Writes, and waits until there are so many lines: half a second at a time, for a machine may be slow.
    private func put(_ text: String, _ pipe: LinePipe, _ lines: Lines, until count: Int) {
        #expect(write(pipe.writing, text, text.utf8.count) == text.utf8.count)
        for _ in 0..<120 {
            pipe.settle()
            if lines.now.count >= count { return }
        }
    }

    /// Whether `finish` comes, within a minute.
    private func ends(_ lines: Lines) -> Bool {
        for _ in 0..<60_000 {
            if lines.now.last == "end" { return true }
            usleep(1000)
        }
        return false
    }

    /// What is longer is cut, progress is lines, and what has no end waits for it.
    @Test func linesThatAreCut() throws {
        let lines = Lines()
        do {
            let pipe = try made(.cut(longest: 4), outlives: false, lines)
            put("a\nbcdefgh\n10%\r20%\r\nun", pipe, lines, until: 5)
            #expect(lines.now == ["a", "bcde", "10%", "20%", ""])
            put("til\nno end", pipe, lines, until: 6)
            #expect(lines.now.dropFirst(5) == ["unti"])
        }
        #expect(ends(lines))
        #expect(lines.now.count == 7)
    }

    /// What is longer is several lines, and one without an end has it after a while.
    @Test func linesThatAreFolded() throws {
        let lines = Lines()
        do {
            let pipe = try made(.folded(longest: 4, pause: 0.01), outlives: true, lines)
            put("a\rb\nabcdefgh\n\n", pipe, lines, until: 5)
            #expect(lines.now == ["a\rb", "abcd", "efgh", "", ""])
            put("no", pipe, lines, until: 6)
            #expect(lines.now.dropFirst(5) == ["no"])
        }
        #expect(ends(lines))
    }

    /// As long as a program has the pipe, also when no one else has any more.
    @Test func whatOutlivesItsOwner() throws {
        let lines = Lines()
        let program = try withExtendedLifetime(try made(.folded(longest: 80, pause: 0.1), outlives: true, lines)) {
            pipe in
            try ChildGroup(
                "/bin/sh", words: ["sh", "-c", "sleep 0.2; echo late"], output: pipe.writing, failing: .inputOutput,
                file: "sh")
        }
        #expect(ends(lines))
        #expect(lines.now == ["late", "end"])
        #expect(program.reap(within: 60) == .status(0))
    }
}
