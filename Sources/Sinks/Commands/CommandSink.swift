import TacitConsole
import TacitDiagnostics
import TacitLive

/// A program that is run for each event.
enum CommandSink {
    static let kind = SinkKind(
        name: "exec", form: "exec:COMMAND", hasAddress: true, traits: .program,
        check: { address, _ in _ = try SinkCommand(address) },
        make: { address, settings, stream in
            Commands(try CommandRunner(try SinkCommand(address), settings.commands, stream))
        })
}

/// Hands a stream's events to whoever runs commands.
private final class Commands: Sink {
    private let runner: CommandRunner
    private var level: Double?

    init(_ runner: CommandRunner) { self.runner = runner }

    func labels(_ reading: LiveReading) { level = reading.level }

    func quiet(_ quiet: LiveQuiet) { level = quiet.level }

    func event(_ event: LiveEvent) { runner.add(CommandNews(event: event, level: level)) }

    func gap(_ gap: LiveGap) {}
    func relabel(_ labels: StreamLabels) { runner.relabel(labels) }

    func finish() { runner.finish() }
}

/// What a command is told.
struct CommandNews {
    let event: LiveEvent
    /// Decibels of full scale when it was decided.
    let level: Double?
}
