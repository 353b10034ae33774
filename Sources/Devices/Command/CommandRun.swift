import Glibc
import TacitDiagnostics
import TacitMedia
import TacitPrograms

/// One run of a command, from its start to its burial, in a process group of its own. Used by one thread.
final class CommandRun {
    let stream: ByteStream
    private let output: Int32
    private let group: ChildGroup
    private let terms: CommandTerms
    private let state: Waiting

    /// What is looked at while bytes are waited for.
    private final class Waiting {
        let output: Int32
        let group: ChildGroup
        let stop: StopToken
        let silence: Double
        var lastByte = BootClock.now
        var leaderEnded: Double?
        var isSilent = false

        init(output: Int32, group: ChildGroup, stop: StopToken, silence: Double) {
            self.output = output
            self.group = group
            self.stop = stop
            self.silence = silence
        }

        /// Seconds that what a process left in its pipe, or its children still write, may take to be read.
        private static let drain = 1.0

        func wait() -> Bool {
            while !stop.isStopping {
                var descriptors = (
                    pollfd(fd: output, events: Int16(POLLIN), revents: 0),
                    pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0),
                    pollfd(fd: group.watch, events: Int16(POLLIN), revents: 0)
                )
                let left = lastByte + silence - BootClock.now
                let milliseconds = left > 0 ? Int32(min(left * 1000 + 1, 60_000)) : 0
                let count = withUnsafeMutablePointer(to: &descriptors) { all in
                    all.withMemoryRebound(to: pollfd.self, capacity: 3) { poll($0, 3, milliseconds) }
                }
                let now = BootClock.now
                if descriptors.1.revents != 0 { return false }
                if descriptors.2.revents != 0, leaderEnded == nil { leaderEnded = now }
                if count > 0, descriptors.0.revents != 0 {
                    if let leaderEnded, now - leaderEnded > Self.drain { return false }
                    lastByte = now
                    return true
                }
                if leaderEnded != nil { return false }
                if now - lastByte >= silence {
                    isSilent = true
                    return false
                }
            }
            return false
        }
    }

    /// Starts it.
    ///
    /// - Throws: `TacitError` (device unavailable) for what can't be found or run.
    init(_ terms: CommandTerms) throws {
        let (command, path) = (terms.command, try terms.command.path())
        let pipe = try PipeEnds(failing: .deviceUnavailable, file: command.words[0])
        // Room for pictures.
        pipe.widen(to: 1 << 20)
        defer { close(pipe.writing) }
        do {
            group = try ChildGroup(
                path, words: command.words, output: pipe.writing, errors: terms.errors.writing,
                failing: .deviceUnavailable, file: command.words[0])
        } catch {
            close(pipe.reading)
            throw error
        }
        terms.protector.watch(group)
        self.terms = terms
        output = pipe.reading
        let state = Waiting(
            output: output, group: group, stop: terms.state.stop, silence: terms.settings.silence)
        self.state = state
        stream = ByteStream(descriptor: output, name: command.name) { state.wait() }
    }

    /// When the last byte came.
    var lastByte: Double { state.lastByte }

    /// Ends what still runs of it, and reaps it.
    ///
    /// - Parameters:
    ///   - unreadable: why nothing more can be made of what it delivered, if so.
    ///   - hasDelivered: whether something could be made of what came before.
    ///   - stuck: told of the process if it can't be ended.
    func finish(unreadable: String?, hasDelivered: Bool, stuck: (pid_t) -> Void) -> CommandEnding {
        // A process that closes its output or crashes is often a moment from its end.
        let isOver = !state.isSilent && !state.stop.isStopping
        let endedItself = group.hasEnded(within: isOver ? 0.25 : 0)
        if !endedItself {
            group.askToEnd()
            _ = group.hasEnded(within: terms.settings.grace)
        }
        group.kill()
        close(output)
        // It has been killed: only one that the kernel itself holds fast is not gone in a moment.
        let end = group.reap(within: 2)
        if end != nil { terms.protector.rest() } else { stuck(group.process) }
        if state.isSilent { return .silent(seconds: state.silence) }
        // What lacks its end can't be read, and lacks it because the command has ended.
        if let unreadable, !endedItself || end == .status(0) && !hasDelivered { return .unreadable(unreadable) }
        guard endedItself, let end else { return .closed }
        return switch end {
        case .status(let status): .status(status)
        case .signal(let number): .signal(number)
        }
    }
}
