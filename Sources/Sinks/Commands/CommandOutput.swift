import Synchronization
import TacitDiagnostics
import TacitPrograms
import TacitText

/// Takes what commands print, all into one pipe, and passes so many bytes on for each of them; the lines beyond are
/// counted. What a command left running may hold the pipe for as long as it likes, and never waits for it to be read.
final class CommandOutput: Sendable {
    private let pipe: LinePipe
    private let allowance: PrintAllowance

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
        let allowance = PrintAllowance(tellLeftOut)
        self.allowance = allowance
        pipe = try LinePipe(
            for: name, failing: .cannotCreate, .folded(longest: 2048, pause: 0.1), outlives: true
        ) { PrintedLines(allowance, tell) }
    }

    /// Where commands print.
    var writing: Int32 { pipe.writing }

    /// Another command begins.
    func begin() { allowance.grow() }

    /// Waits, for a moment at most, until all that has been printed is taken in, and tells what was left out of it.
    func finish() {
        pipe.settle()
        allowance.tellLeftOut()
    }
}

/// How much of what commands print may be passed on: the thread's as well, which may outlive the output.
private final class PrintAllowance: Sendable {
    /// Bytes that each command may have passed on, and those that may be saved up by commands that print less: more
    /// than the pipe holds, so that nothing of these is left out because it is read late.
    private static let share = 4096
    private static let most = 32 * share

    private struct State {
        var credit = 0
        var leftOut = 0
    }

    private let state = Mutex(State())
    private let tell: @Sendable (Int) -> Void

    init(_ tell: @escaping @Sendable (Int) -> Void) { self.tell = tell }

    func grow() { state.withLock { $0.credit = min(Self.most, $0.credit + Self.share) } }

    /// Whether a line of so many bytes may be passed on; it counts as left out if not.
    func spend(_ bytes: Int) -> Bool {
        state.withLock { state in
            guard state.credit >= bytes else {
                // Once something is left out, so is what comes behind it: no line stands in another's place.
                state.credit = 0
                state.leftOut += 1
                return false
            }
            state.credit -= bytes
            return true
        }
    }

    func tellLeftOut() {
        let count = state.withLock { state in
            defer { state.leftOut = 0 }
            return state.leftOut
        }
        if count > 0 { tell(count) }
    }
}

/// The thread's part of it.
private struct PrintedLines: LineReader {
    /// Seconds between two times that it is said how many lines were left out.
    private static let telling = 60.0

    private let allowance: PrintAllowance
    private let tell: @Sendable (ArraySlice<UInt8>) -> Void
    /// When it is to be said that lines were left out, seconds; nil while none are.
    private var due: Double?

    init(_ allowance: PrintAllowance, _ tell: @escaping @Sendable (ArraySlice<UInt8>) -> Void) {
        self.allowance = allowance
        self.tell = tell
    }

    var isDue: Bool { due != nil }

    mutating func take(_ line: inout ByteBuffer) {
        line.append(UInt8(ascii: "\n"))
        if allowance.spend(line.bytes.count) {
            tell(line.bytes[...])
        } else {
            due = due ?? Stopwatch.now + Self.telling
        }
    }

    mutating func rest() {
        guard let moment = due, Stopwatch.now >= moment else { return }
        due = nil
        allowance.tellLeftOut()
    }

    func finish() { allowance.tellLeftOut() }
}
