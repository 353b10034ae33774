import Synchronization
import TacitDiagnostics
import TacitPrograms
import TacitText

/// Takes what commands print, all into one pipe, and passes so many bytes on for each of them; the lines beyond are
/// counted. What a command left running may hold the pipe for as long as it likes, and never waits for it to be read.
final class CommandOutput: Sendable {
    private let pipe: LinePipe
    private let lines: PrintedLines

    /// - Parameters:
    ///   - name: for the error.
    ///   - tell: gets a line that is passed on, its end included, on a thread of its own.
    ///   - tellLeftOut: gets how many lines were left out since it was called last, on that thread once a minute at most,
    ///     and from `finish`.
    /// - Throws: `TacitError` (output) where the system has no pipe or no thread left.
    init(
        name: String, tell: @escaping @Sendable (ArraySlice<UInt8>) -> Void,
        tellLeftOut: @escaping @Sendable (Int) -> Void
    ) throws {
        lines = PrintedLines(tell, tellLeftOut)
        pipe = try LinePipe(
            for: name, failing: .cannotCreate, .folded(longest: 2048, pause: 0.1), outlives: true, to: lines)
    }

    /// Where commands print.
    var writing: Int32 { pipe.writing }

    /// Another command begins.
    func begin() { lines.grow() }

    /// Waits, for a moment at most, until all that has been printed is taken in, and tells what was left out of it.
    func finish() {
        pipe.settle()
        lines.finish()
    }
}

/// The thread's part of it, which may outlive it.
private final class PrintedLines: LineReader {
    /// Bytes that each command may have passed on, and those that may be saved up by commands that print less: more
    /// than the pipe holds, so that nothing of these is left out because it is read late.
    private static let share = 4096
    private static let most = 32 * share
    /// Seconds between two times that it is said how many lines were left out.
    private static let telling = 60.0

    private struct State {
        var credit = 0
        var leftOut = 0
        /// When it is to be said that lines were left out, seconds; nil while none are.
        var due: Double?
    }

    private let state = Mutex(State())
    private let tell: @Sendable (ArraySlice<UInt8>) -> Void
    private let tellLeftOut: @Sendable (Int) -> Void

    init(_ tell: @escaping @Sendable (ArraySlice<UInt8>) -> Void, _ tellLeftOut: @escaping @Sendable (Int) -> Void) {
        self.tell = tell
        self.tellLeftOut = tellLeftOut
    }

    func grow() { state.withLock { $0.credit = min(Self.most, $0.credit + Self.share) } }

    var isDue: Bool { state.withLock { $0.due != nil } }

    func take(_ line: inout ByteBuffer) {
        line.append(UInt8(ascii: "\n"))
        let count = line.bytes.count
        let isTold = state.withLock { state in
            guard state.credit >= count else {
                // Once something is left out, so is what comes behind it: no line stands in another's place.
                state.credit = 0
                state.leftOut += 1
                state.due = state.due ?? Stopwatch.now + Self.telling
                return false
            }
            state.credit -= count
            return true
        }
        if isTold { tell(line.bytes[...]) }
    }

    func rest() { if let due = state.withLock({ $0.due }), Stopwatch.now >= due { finish() } }

    func finish() {
        let count = state.withLock { state in
            defer { (state.leftOut, state.due) = (0, nil) }
            return state.leftOut
        }
        if count > 0 { tellLeftOut(count) }
    }
}
