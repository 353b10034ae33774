import Glibc
import TacitDiagnostics
import TacitLive
import TacitPrograms

/// A command that runs for an event.
struct ChildProcess {
    let event: LiveEvent
    private let group: ChildGroup
    /// Where its standard input is written; -1 when all is.
    private(set) var input: Int32
    private var pending: ArraySlice<UInt8>
    /// When it is asked to end, and when it is made to, by `Stopwatch`.
    private(set) var deadline: Double
    /// Whether it has been asked to end.
    private(set) var isOverdue = false

    /// Seconds from being asked to being made to.
    private static let grace = 1.0

    /// - Parameters:
    ///   - command: the program, and its arguments.
    ///   - environment: entries, each ended by a zero.
    ///   - line: for its standard input.
    ///   - output: where it prints.
    ///   - event: that it is told of.
    ///   - seconds: that it has.
    /// - Throws: `TacitError` for what the system says.
    init(
        _ command: SinkCommand, environment: [[UInt8]], line: [UInt8], output: Int32, event: LiveEvent,
        seconds: Double
    ) throws {
        let pipe = try PipeEnds(failing: .cannotCreate, file: command.path)
        do {
            group = try ChildGroup(
                command.path, words: command.words, environment: environment, input: pipe.reading, output: output,
                errors: output, failing: .cannotCreate, file: command.path)
        } catch {
            pipe.close()
            throw error
        }
        close(pipe.reading)
        input = pipe.writing
        _ = fcntl(input, F_SETFL, O_NONBLOCK)
        self.event = event
        pending = line[...]
        deadline = Stopwatch.now + seconds
        feed()
    }

    /// Readable once it has ended; -1 where the kernel has no such thing.
    var watch: Int32 { group.watch }

    /// Writes to its standard input as much as it takes. One that closes it early is none the worse for it.
    mutating func feed() {
        while input >= 0 {
            let count = pending.withUnsafeBytes { Glibc.write(input, $0.baseAddress, $0.count) }
            if count >= 0 {
                pending = pending.dropFirst(count)
            } else if errno == EAGAIN {
                return
            } else if errno != EINTR {
                pending = []
            }
            if pending.isEmpty { closeInput() }
        }
    }

    /// How it ended, once it has; all that it left running is then ended with it, if it was asked to.
    mutating func reap() -> ChildGroup.End? {
        if isOverdue, group.hasEnded { group.kill() }
        guard let end = group.reap() else { return nil }
        closeInput()
        return end
    }

    /// Asks it to end with all that it started; the second time there is no asking.
    mutating func end() {
        if isOverdue { group.kill() } else { group.askToEnd() }
        isOverdue = true
        deadline = Stopwatch.now + Self.grace
    }

    /// Ends it at once.
    mutating func kill() {
        isOverdue = true
        end()
    }

    private mutating func closeInput() {
        if input >= 0 { close(input) }
        input = -1
    }
}
