import ArgumentParser
import Glibc
import TacitConsole
import TacitDiagnostics
import TacitLabelling
import TacitMedia
import TacitModelFile

/// `tacit watch`: live labels from a stream of frames.
struct Watch: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Label pictures as they come, from a camera, files or standard input.",
        usage: "tacit watch [MODEL.gguf] [--device NAME | --input FILE|DIR|-] [OPTIONS]",
        discussion: """
            Without --input, a camera is watched: the first one, or the one that --device names as tacit devices does \
            or by its path in /dev. When the model is slower than the camera, the newest frame is labelled and the \
            others are counted as dropped. --input takes a PNG or JPEG picture, a folder of them, or with - a stream \
            on standard input: JPEG pictures one behind the other (Motion JPEG), or raw frames with --size and \
            --format (\(PixelFormat.allCases.map(\.rawValue).joined(separator: ", "))); a file is read the same way if \
            these are given or its name ends in .mjpeg.
            """)

    @Argument(help: ArgumentHelp("The model.", valueName: "MODEL.gguf"))
    var arguments: [String] = []

    @OptionGroup var input: FrameOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var labels: LabelOptions
    @OptionGroup var events: EventOptions
    @OptionGroup var waits: WaitOptions
    @OptionGroup var engine: EngineOptions

    func validate() throws { _ = try ModelArgument.only(arguments) }

    func run() throws {
        try events.settings.validate()
        let path = try ModelLookup.path(try ModelArgument.only(arguments), default: ModelLookup.image)
        let model = try LoadedModel(path: path)
        try model.requireLabels()
        try model.requireImages()
        let names = model.description.labels
        let labeller = try ImageLabeller(model.description, model: model.imageSession(engine: engine))
        let selection = try LabelSelection(labels: names, only: events.only, except: events.except)
        let thresholds = model.description.thresholds.map { labels.threshold ?? $0 }
        let detector = try EventDetector(
            thresholds: thresholds, watched: selection.indices, settings: events.settings,
            sampleRate: ImageLabeller.ticksPerSecond, hop: input.ticksPerReading, names: names)
        let source = try FrameSources.open(input, for: model.description.input, waits: waits)
        let isLive = input.input == nil || input.realtime
        let title = WatchView.Title(
            model: PathName.last(model.path), input: input.title, runsFree: !isLive, hasWallTime: input.input == nil)
        let stream = FrameStream(
            source: source, labeller: labeller, detector: detector, every: input.every, isPaced: input.realtime,
            reportsAll: input.input.map(PictureFiles.isFolder) ?? false)
        try stream.run(
            FrameOutputs.make(
                title, json: output.json, options: labels, labels: names, thresholds: thresholds,
                selection: selection, waits: !isLive))
        if let first = stream.firstBroken { throw ExitStatus.Reported(kind: first.kind) }
    }
}
