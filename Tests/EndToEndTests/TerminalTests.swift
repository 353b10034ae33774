import Foundation
import TacitTestSupport
import Testing

/// `listen` on a terminal: what it shows, and how it leaves the terminal.
@Suite struct TerminalTests {
    private let sliding: SlidingModel
    private var model: ConvertedModel { sliding.model }
    private var stride: Double { sliding.stride }

    init() throws { sliding = try SlidingModel() }

    private func sound(seconds: Int) throws -> String {
        try sliding.sound(samples: seconds * sliding.rate, as: "a sound.wav")
    }

    private func arguments(seconds: Int, _ more: [String] = []) throws -> [String] {
        ["listen", model.path, "--input", try sound(seconds: seconds), "--hop", "\(10 * stride)"] + more
    }

    private func expectRestored(_ terminal: PseudoTerminal, _ comment: Comment? = nil) {
        #expect(!terminal.screen.isAlternate, comment)
        #expect(terminal.screen.isCursorVisible, comment)
        #expect(terminal.screen.wraps, comment)
        #expect(!terminal.screen.isStyled, comment)
        #expect(terminal.echoes, comment)
    }

    @Test(arguments: [(80, 24), (200, 60), (40, 12), (30, 8), (20, 4), (79, 5), (132, 6)])
    func fitsAndLeavesWhatItShowed(columns: Int, rows: Int) throws {
        for top in ["5", "0"] {
            let terminal = try PseudoTerminal(
                .tacit, try arguments(seconds: 3, ["--top", top]), columns: columns, rows: rows)
            #expect(terminal.finish() == 0)
            expectRestored(terminal)
            #expect(terminal.screen.overflows == 0)
            #expect(terminal.screen.unknown.isEmpty, "\(terminal.screen.unknown)")
            let text = terminal.screen.text
            #expect(terminal.screen.alternateText?.contains("0:0") == true)
            #expect(text.contains("0:03.0"))
            #expect(text.contains("label 0") || rows < 5)
            #expect(rows < 24 || text.contains("events"))
            #expect(rows < 24 || text.contains("○ off"))
            #expect(text.contains("lost 0.0 s") || rows < 5)
        }
    }

    @Test func showsTheTrueScores() throws {
        let json = try Executable.tacit.run(try arguments(seconds: 2, ["--json", "--top", "3"]))
        let last = try #require(try ResultLine.lines(of: json).last { $0.type == "labels" }?.labels)
        let terminal = try PseudoTerminal(.tacit, try arguments(seconds: 2, ["--top", "3"]))
        #expect(terminal.finish() == 0)
        let rows = terminal.screen.lines.filter { $0.contains("━") && $0.contains("label 0") }
        #expect(rows.count == 3)
        for (row, label) in zip(rows, last) {
            #expect(row.contains(label.label))
            #expect(row.hasSuffix(String(format: "%.2f", label.score)), "\(row)")
        }
    }

    /// Ctrl-C as typed, and SIGTERM, both in mid-stream.
    @Test(arguments: [nil, SIGTERM])
    func endsInOrder(signal: Int32?) throws {
        let terminal = try PseudoTerminal(.tacit, try arguments(seconds: 60, ["--realtime"]))
        #expect(terminal.read { $0.screen.text.contains("label 0") })
        if let signal { terminal.send(signal: signal) } else { terminal.type(3) }
        #expect(terminal.finish() == 0)
        expectRestored(terminal)
        // What it showed last stays behind.
        #expect(terminal.screen.text.contains("label 0"))
        #expect(terminal.screen.text.contains("a sound.wav"))
    }

    @Test func standsStillAndComesBack() throws {
        let terminal = try PseudoTerminal(.tacit, try arguments(seconds: 60, ["--realtime"]))
        #expect(terminal.read { $0.screen.text.contains("label 0") })
        // Ctrl-Z.
        terminal.type(26)
        #expect(terminal.readUntilStopped())
        expectRestored(terminal, "while it stands still")
        terminal.send(signal: SIGCONT)
        #expect(terminal.read { $0.screen.isAlternate && $0.screen.text.contains("label 0") })
        #expect(!terminal.echoes)
        terminal.type(3)
        #expect(terminal.finish() == 0)
        expectRestored(terminal)
    }

    @Test func followsTheTerminalsSize() throws {
        let terminal = try PseudoTerminal(.tacit, try arguments(seconds: 60, ["--realtime"]))
        #expect(terminal.read { $0.screen.text.contains("label 0") })
        terminal.resize(columns: 50, rows: 14)
        #expect(
            terminal.read { terminal in
                terminal.screen.lines.last?.contains("lost") == true && terminal.screen.text.contains("label 0")
            })
        terminal.type(3)
        #expect(terminal.finish() == 0)
        expectRestored(terminal)
    }

    @Test func worksWithoutColour() throws {
        let terminal = try PseudoTerminal(
            .tacit, try arguments(seconds: 1), environment: ["TERM": "xterm", "LC_ALL": "C.UTF-8", "NO_COLOR": "1"])
        #expect(terminal.finish() == 0)
        #expect(!terminal.screen.hasSeenStyle)
        #expect(terminal.screen.text.contains("●") || terminal.screen.text.contains("○"))
        let coloured = try PseudoTerminal(
            .tacit, try arguments(seconds: 1), environment: ["TERM": "xterm", "LC_ALL": "C.UTF-8", "NO_COLOR": ""])
        #expect(coloured.finish() == 0)
        #expect(coloured.screen.hasSeenStyle)
    }

    @Test func worksWithAsciiAlone() throws {
        let terminal = try PseudoTerminal(
            .tacit, try arguments(seconds: 1), environment: ["TERM": "xterm", "LC_ALL": "C"])
        #expect(terminal.finish() == 0)
        #expect(terminal.transcript.allSatisfy { $0 < 0x80 })
        #expect(terminal.screen.text.contains("==="))
    }

    @Test func aDumbTerminalGetsPlainLines() throws {
        let terminal = try PseudoTerminal(
            .tacit, try arguments(seconds: 1), environment: ["TERM": "dumb", "LC_ALL": "C.UTF-8"])
        #expect(terminal.finish() == 0)
        #expect(!terminal.transcript.contains(0x1B))
        #expect(terminal.screen.text.contains(" s  event off  label 0"))
    }

    /// Only what changed is sent: a screen that stands still costs next to nothing.
    @Test func sendsOnlyWhatChanges() throws {
        let samples = [Int16](repeating: 0, count: 3 * sliding.rate)
        let path = try model.folder.write("silence.wav", WaveFile.bytes(samples, rate: UInt32(sliding.rate)))
        let terminal = try PseudoTerminal(
            .tacit, ["listen", model.path, "--input", path, "--hop", "1", "--realtime"])
        #expect(terminal.finish() == 0)
        let screens = terminal.transcript.split(separator: Array("\u{1B}[?2026h".utf8)).dropFirst(2)
        #expect(screens.count > 5)
        let sizes = screens.dropLast().map(\.count).sorted()
        // The time alone, most often.
        #expect(try #require(sizes.dropFirst(sizes.count / 2).first) < 200, "\(sizes)")
    }
}
