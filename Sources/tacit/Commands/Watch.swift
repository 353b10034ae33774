import ArgumentParser
import Glibc
import TacitConsole
import TacitDevices
import TacitLabelling
import TacitLive
import TacitMedia
import TacitRecording
import TacitSinks

/// `tacit watch`: live labels from a stream of frames.
struct Watch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Label pictures as they come, from a camera, files or standard input.",
        usage: "tacit watch [MODEL.gguf] [--device NAME | --input FILE|DIR|- | --command 'CMD ARG...'] [OPTIONS]",
        discussion: """
            Without --input, a camera is watched: the first one, or the one that --device names as tacit devices does \
            or by its path in /dev. When the model is slower than the camera, the newest frame is labelled and the \
            others are counted as dropped. --input takes a PNG, JPEG, WebP or GIF picture, a folder of them, or with - a stream \
            on standard input: JPEG pictures one behind the other (Motion JPEG), or raw frames with --size and \
            --format (\(PixelFormat.allCases.map(\.rawValue).joined(separator: ", "))); a file is read the same way if \
            these are given or its name ends in .mjpeg. --command watches what a program writes, in the same formats.
            """)

    @Argument(help: ArgumentHelp("The model.", valueName: "MODEL.gguf"))
    var arguments: [String] = []

    @OptionGroup var input: FrameOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var learned: LearnedLabelsOption
    @OptionGroup var labels: LabelOptions
    @OptionGroup var events: EventOptions
    @OptionGroup var sinks: SinkOptions
    @OptionGroup var waits: WaitOptions
    @OptionGroup var engine: EngineOptions

    func validate() throws {
        _ = try ModelArgument.only(arguments)
        try sinks.validate(labels: learned.path)
    }

    func run() throws { try run(recording: nil) }

    /// - Parameter recording: where the stream is recorded to, if it is.
    func run(recording: RecordingWish?) throws {
        try events.settings().validate()
        let program = try input.program.source(wait: waits.wait, waitLost: waits.waitLost)
        defer { program?.endAndTell() }
        let path = try ModelLookup.path(try ModelArgument.only(arguments), default: ModelLookup.image)
        let model = try FollowedLabels.load(path, labels: learned.path, isTaught: sinks.takesCorrections)
        try model.requireLabels()
        try model.requireImages()
        let names = model.description.labels
        let labeller = try ImageLabeller(model.description, model: model.taught(model.imageSession(engine: engine.settings)))
        let selection = try LabelSelection(labels: names, only: events.only, except: events.except)
        let thresholds = model.description.thresholds.map { labels.threshold ?? $0 }
        let detector = try EventDetector(
            thresholds: thresholds, watched: selection.indices, settings: events.settings(model.description.events),
            sampleRate: ImageLabeller.ticksPerSecond, hop: input.ticksPerReading, names: names)
        let source = try FrameSources.open(input, for: model.description.input, waits: waits, program: program)
        try Process.checkStop()
        let isLive = input.input == nil || input.realtime
        let isFolder = input.input.map(PictureFiles.isFolder) ?? false
        var description = StreamDescription(
            model: PathName.last(model.path), input: input.title, source: sinks.name, sense: .pictures,
            labels: names, learnedFrom: model.model.description.labels.count,
            thresholds: thresholds, selected: selection.indices, top: labels.top, showFrom: labels.threshold,
            hasLogits: labels.logits, isJSON: output.json, isDevice: input.input == nil, runsFree: !isLive,
            waits: !isLive)
        let recorder = try recording?.recorder(
            .pictures(ticksPerReading: input.ticksPerReading), model, description,
            events: events.settings(model.description.events), isLive: isLive)
        // The labels of a recording stay what they were when it began.
        if recorder == nil {
            FollowedLabels.follow(model, labels: learned.path, engine: engine.settings, &description)
        }
        var hasBroken = false
        let sense = FrameSense(
            source: recorder.map { RecordedFrames(source, $0) } ?? source, labeller: labeller, every: input.every) { error in
            // Each broken file of a folder is told, being one of its own, but only so many frames of a stream.
            if isFolder || !Terminal.shared.isTerminal && !hasBroken {
                StandardError.line(error.description)
            } else {
                Log.shared.line { $0.append(string: error.description) }
            }
            hasBroken = true
        }
        let stream = LiveStream(
            sense, detector: detector, isPaced: input.realtime, stop: Process.stop,
            moments: recorder)
        let sink = try SinkTable.open(sinks.wishes, sinks.settings, description)
        Process.stopInOrder()
        Process.hasStarted()
        try run(stream, sink, recorder)
        if let first = sense.firstBroken { throw ExitStatus.Reported(kind: first.kind) }
    }
}
