import ArgumentParser
import TacitConsole
import TacitDevices
import TacitDiagnostics
import TacitPrograms

/// A program as the source of the stream.
struct SourceCommandOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Take what a program writes to its standard output: started with the stream and ended with it, started "
                + "again when it ends or falls silent. Words are split as in a shell, but no shell is asked.",
            valueName: "'CMD ARG...'"))
    var command: String?

    @Option(
        name: .customLong("command-silence"),
        parsing: .unconditional,
        help: ArgumentHelp(
            "Start the program anew when it has delivered nothing for so long (default: "
                + "\(Int(SourceCommandSettings.usualSilence))).", valueName: "SECONDS"))
    var silence: Double?

    func validate() throws {
        guard let command else {
            if silence != nil { throw ValidationError("--command-silence goes with --command") }
            return
        }
        do {
            _ = try SourceCommand(command)
        } catch let error as TacitError {
            throw ValidationError(error.reason)
        }
        if let silence {
            guard silence >= 0.1, silence <= 86_400 else {
                throw ValidationError("--command-silence must be from 0.1 to 86400 seconds: \(silence)")
            }
        }
    }

    /// The program, to be started later; nil where none is given. To be called before there is much in memory.
    ///
    /// - Parameters:
    ///   - waits: how long it has at the start, and how long one which is lost is tried again.
    ///   - called: what the log calls it; nil for its own name.
    func source(_ waits: WaitOptions, called: String?) throws -> CommandSource? {
        guard let command else { return nil }
        let words = try SourceCommand(command)
        let settings = SourceCommandSettings(
            silence: silence ?? SourceCommandSettings.usualSilence, wait: waits.atStart, waitLost: waits.lost)
        let name = called.map { "\($0): \(words.name)" } ?? words.name
        let (own, its) = (LogSpeaker(), LogSpeaker())
        let errors = try CommandErrors(name: name) { text in its.line { $0.append(text) } }
        // Whoever asks to stop while it is started has it ended in order as well.
        Process.stopInOrder()
        return CommandSource(words, settings, errors: errors, protector: try GroupGuard()) { note in
            own.line { note.write(name, to: &$0) }
        }
    }
}

extension CommandSource {
    /// Ends the program and says what was not said of it.
    func endAndTell() {
        end()
        let count = takeLeftOut()
        guard count > 0 else { return }
        Log.shared.line { line in
            line.append(string: name)
            line.append(": lines of its standard error left out: ")
            line.append(integer: count)
        }
    }
}
