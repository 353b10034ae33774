import ArgumentParser
import TacitConsole
import TacitDiagnostics
import TacitEngine
import TacitLive
import TacitRecording
import TacitSinks

/// `tacit replay`: a recorded stream again.
struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Give the lines of a recorded stream again, byte for byte.",
        usage: "tacit replay [MODEL.gguf] IN [OPTIONS]",
        discussion: """
            IN is what tacit record wrote, or - for standard input. The model must be the very one; without \
            MODEL.gguf, one of its name is looked for where models are. A recording that is cut off or damaged replays \
            up to there; one line says so, and the exit status is 65.
            """)

    @Argument(help: ArgumentHelp("The model, and the recording.", valueName: "MODEL.gguf IN"))
    var arguments: [String] = []

    @OptionGroup(title: "Input") var pace: PaceOption
    @OptionGroup(visibility: .hidden) var naming: NameOption
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup var sinks: SinkOptions<SinksWrittenTo>
    @OptionGroup var engine: EngineOptions

    func validate() throws {
        _ = try paths()
        guard naming.name == nil else { throw ValidationError("--name: the recording has the name that was given") }
        guard !sinks.mqtt.commands else {
            throw ValidationError("--mqtt-commands teaches labels: it doesn't go with a recording")
        }
        _ = try sinks.requests
    }

    private func paths() throws -> (model: String?, recording: String) {
        let (model, rest) = try ModelArgument.withPaths(arguments, purpose: "replay")
        guard rest.count == 1 else {
            throw ValidationError("Unexpected argument '\(rest[1])': one recording at a time.")
        }
        return (model, rest[0])
    }

    func run() throws {
        let paths = try paths()
        try InstructionSet.require(engine.instructionSet)
        let reader = try RecordingReader(path: paths.recording)
        let (stream, parts) = try opened(reader, model: paths.model)
        let sink = try SinkTable.open(sinks.requests, sinks.settings, parts.description)
        Process.stopInOrder()
        Process.hasStarted()
        do {
            try stream.run(sink)
        } catch {
            parts.tellMissed()
            throw error
        }
        parts.tellMissed()
        guard !Process.stop.isStopping else { return }
        try reader.finish()
        if case .error(let text) = reader.ending { StandardError.line("\(reader.name): it ended with: \(text)") }
    }

    private func opened(
        _ reader: RecordingReader, model path: String?
    ) throws -> (stream: LiveStream, parts: ReplayedStream.Parts) {
        do {
            return try ReplayedStream(
                reader, model: path, engine: engine.settings, isJSON: output.json, isPaced: pace.realtime
            ).open()
        } catch let error as TacitError where error.kind == .usage {
            // What is out of range was not asked for by the command line, so it stands in the recording.
            throw TacitError.badData(reader.name, at: "settings", error.reason)
        }
    }
}
