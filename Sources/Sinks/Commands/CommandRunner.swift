import Glibc
import TacitConsole
import TacitDiagnostics
import TacitLive
import TacitPrograms
import TacitText

/// Runs a command for each event, a few at once, on a thread of its own.
///
/// Events of one label never overtake one another: the second's command begins when the first's has ended. A stream that
/// goes on by itself never waits; an event that finds the queue full is lost, and named in the log.
final class CommandRunner: @unchecked Sendable {
    private let command: SinkCommand
    private let settings: CommandSinkSettings
    private let waitsForReaders: Bool
    private let stop: StopToken
    private let wakePipe: WakePipe
    private let output: CommandOutput
    private let speaker = LogSpeaker()
    private let monitor = Monitor()
    // The monitor's.
    private var queue = BoundedQueue<CommandNews>(capacity: 256)
    private var isEnding = false
    private var isIdle = true
    /// Labels that came or went, before the thread knows.
    private var newLabels: StreamLabels?
    // The thread's own.
    private var environment: CommandEnvironment
    private var format: JSONLineFormat
    private var running: [ChildProcess] = []
    private var endOfPatience: Double?

    /// Seconds that all commands have after a wish to stop.
    private static let patience = 1.5

    init(_ command: SinkCommand, _ settings: CommandSinkSettings, _ stream: StreamDescription) throws {
        self.command = command
        self.settings = settings
        stop = stream.stop
        waitsForReaders = stream.waitsForReaders
        environment = CommandEnvironment(labels: stream.eventNames, source: stream.source)
        format = JSONLineFormat(stream, hasLogits: false)
        wakePipe = try WakePipe(for: command.path, failure: .cannotCreate)
        output = try CommandOutput(name: command.path) { line in
            line.withUnsafeBytes { _ = FileBytes.write($0, to: STDERR_FILENO) }
        } tellLeftOut: { lines in
            Log.shared.line { line in
                line.append(string: "exec: ")
                line.append(string: command.path)
                line.append(string: ": of what it printed, lines left out: ")
                line.append(integer: lines)
            }
        }
        try DetachedThread.start(for: command.path, failing: .cannotCreate) { self.serve() }
    }

    func add(_ news: CommandNews) {
        let isTaken = monitor.locked {
            // Each that runs has so many seconds, so that there will be room.
            while waitsForReaders, queue.isFull, !stop.isStopping { monitor.wait(seconds: 0.1) }
            isIdle = false
            return queue.append(news)
        }
        if isTaken { return wakePipe.wake() }
        SinkLosses.exec.add()
        log(news.event, " is lost: too many commands are waited for")
    }

    func relabel(_ labels: StreamLabels) { monitor.locked { newLabels = labels } }

    /// Returns when every command has ended.
    func finish() {
        monitor.locked { isEnding = true }
        wakePipe.wake()
        monitor.locked { while !isIdle { monitor.wait(seconds: 1) } }
        output.finish()
    }

    private func serve() {
        while true {
            startWhatIsDue()
            let isOver = monitor.locked {
                isIdle = queue.isEmpty && running.isEmpty
                if isIdle { monitor.signal() }
                return isIdle && isEnding
            }
            if isOver { return }
            waitForNews()
            tend()
        }
    }

    private func startWhatIsDue() {
        while running.count < settings.most {
            let next = monitor.locked {
                defer { monitor.signal() }
                if let labels = newLabels {
                    newLabels = nil
                    environment.labels = labels.eventNames
                    format.relabel(labels)
                }
                return queue.removeFirst { news in !running.contains { $0.event.label == news.event.label } }
            }
            guard let next else { return }
            format.event(next.event)
            output.begin()
            do {
                running.append(
                    try ChildProcess(
                        command, environment: environment.entries(next), line: format.bytes, output: output.writing,
                        event: next.event, seconds: settings.seconds))
            } catch {
                log(next.event, ": \(TacitError.reason(of: error))")
            }
        }
    }

    private func waitForNews() {
        var descriptors = [pollfd(fd: wakePipe.descriptor, events: Int16(POLLIN), revents: 0)]
        var isBlind = false
        for child in running {
            if child.watch >= 0 {
                descriptors.append(pollfd(fd: child.watch, events: Int16(POLLIN), revents: 0))
            } else {
                isBlind = true
            }
            if child.input >= 0 { descriptors.append(pollfd(fd: child.input, events: Int16(POLLOUT), revents: 0)) }
        }
        let isEnding = monitor.locked { self.isEnding }
        poll(
            &descriptors, nfds_t(descriptors.count),
            running.isEmpty && !isEnding ? -1 : isBlind ? 5 : isEnding ? 20 : 200)
        wakePipe.clear()
    }

    /// Feeds those that take, buries those that have ended and ends those that hang.
    private func tend() {
        let now = Stopwatch.now
        for index in running.indices.reversed() {
            running[index].feed()
            if let end = running[index].reap() {
                tell(end, of: running.remove(at: index))
            } else if now >= running[index].deadline {
                if !running[index].isOverdue { log(running[index].event, ": the command hangs, and is ended") }
                running[index].end()
            }
        }
        giveUpIfTold(now)
    }

    /// After a wish to stop there is only so much time.
    private func giveUpIfTold(_ now: Double) {
        guard stop.isStopping, monitor.locked({ isEnding }) else { return }
        let limit = endOfPatience ?? now + Self.patience
        endOfPatience = limit
        guard now >= limit else { return }
        for index in running.indices {
            if !running[index].isOverdue { log(running[index].event, ": the command is ended with the stream") }
            running[index].kill()
        }
        while let news = monitor.locked({ queue.removeFirst() }) {
            log(news.event, " is lost: the stream ends")
        }
    }

    private func tell(_ end: ChildGroup.End, of child: ChildProcess) {
        guard !child.isOverdue else { return }
        switch end {
        case .status(0): break
        case .status(let status): log(child.event, ": ended with status \(status)")
        case .signal(let number): log(child.event, ": ended by signal \(number)")
        }
    }

    private func log(_ event: LiveEvent, _ words: String) {
        speaker.line { line in
            line.append(string: "exec: ")
            line.append(string: command.path)
            line.append(string: ": event ")
            event.id.write(to: &line)
            line.append(string: words)
        }
    }
}
