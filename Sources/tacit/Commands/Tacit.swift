import ArgumentParser
import TacitDiagnostics

/// The root of all commands.
struct Tacit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tacit",
        abstract: "Labels sound and images as they come, with a text model that has been taught to listen and to see.",
        discussion: """
            MODEL is a file whose name ends in .gguf. Left out, it is sound.gguf, or image.gguf for pictures, looked \
            for in $TACIT_MODELS, in models/ here, in $XDG_DATA_HOME/tacit and in /usr/share/tacit.

            Exit status: 0 fine, 64 wrong usage, 65 broken or unfit data, 66 no such input, 69 no such device, \
            70 a fault of its own, 73 output can't be written, 74 input/output error, 75 device lost, \
            78 (doctor) amiss on the machine, though no command would fail of it.
            """,
        version: "\(Release.version)",
        subcommands: [
            Listen.self, Watch.self, Classify.self, Embed.self, Evaluate.self, Bench.self, Devices.self, Show.self,
            Verify.self, Learn.self, Run.self, Check.self, Record.self, Replay.self, Doctor.self,
        ])
}

extension Tacit {
    /// The command that `arguments` name.
    ///
    /// The parser reads every command's description to find one of them, a tenth of the time to a first label: a
    /// command that is named in front reads its own alone. What it can't make sense of, or answers by something else
    /// than a run (`--help`), goes the long way, whose words are those of the whole.
    ///
    /// - Throws: What the parser throws, which has words of its own.
    static func command(_ arguments: [String]) throws -> any ParsableCommand {
        if let name = arguments.first,
            let command = configuration.subcommands.first(where: { $0.configuration.commandName == name }),
            let parsed = try? command.parseAsRoot(Array(arguments.dropFirst())), type(of: parsed) == command
        {
            return parsed
        }
        return try parseAsRoot(arguments)
    }
}
