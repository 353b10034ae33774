import TacitConsole
import TacitDevices
import TacitDiagnostics
import TacitLabelling
import TacitLive
import TacitMedia
import TacitModelFile
import TacitRecording
import TacitSinks

extension Watch: StreamOptions {
    func program(_ name: String?) throws -> CommandSource? {
        try input.program.source(input.waits, called: name)
    }

    func parts(_ path: String?, _ terms: StreamTerms, isTaught: Bool, mayWrite: Bool) throws -> any StreamParts {
        try PictureParts(self, path, terms, isTaught: isTaught, mayWrite: mayWrite)
    }
}

/// A model that sees, and what makes events of its readings.
struct PictureParts: StreamParts {
    private let options: Watch
    private let terms: StreamTerms
    private let model: LoadedModel
    private let labeller: ImageLabeller
    private let events: EventParts

    init(_ options: Watch, _ path: String?, _ terms: StreamTerms, isTaught: Bool, mayWrite: Bool) throws {
        self.options = options
        self.terms = terms
        let path = try ModelLookup.path(path, default: ModelFileName.image, taughtBy: options.learned.path)
        model = try FollowedLabels.load(path, options, terms, isTaught: isTaught, mayWrite: mayWrite)
        try model.requireLabels()
        try model.requireImages()
        labeller = try model.imageLabeller(engine: options.engine.settings)
        events = try EventParts(
            model, options, terms, sampleRate: ImageLabeller.ticksPerSecond, hop: options.input.ticksPerReading)
    }

    func open(_ program: CommandSource?) throws -> OpenedStream {
        let input = options.input
        let source = try FrameSources.open(input, for: model.description.input, program: program, terms)
        if terms.stop.isStopping { throw Process.Stopped() }
        let isLive = input.input == nil || input.pace.realtime
        let isFolder = input.input.map(PictureFiles.isFolder) ?? false
        var description = events.description(
            model, options, terms, input: input.title, sense: .pictures, isDevice: input.input == nil,
            runsFree: !isLive,
            waitsForReaders: !isLive)
        let recorder = try terms.recording?.recorder(
            .pictures(ticksPerReading: input.ticksPerReading), model, description,
            events: options.events, isLive: isLive)
        let changing = FollowedLabels.follow(model, options, terms, &description)
        var hasBroken = false
        let frames = recorder.map { RecordedFrames(source, $0) } ?? source
        let broken = LogSpeaker()
        let sense = FrameSense(source: frames, labeller: labeller, every: input.every) { error in
            // Each broken file of a folder is told, being one of its own, but only so many frames of a stream.
            if isFolder || !Terminal.shared.isTerminal && !hasBroken {
                terms.say(error.description)
            } else {
                StreamTerms.log(of: terms.name, by: broken) { $0.append(string: error.description) }
            }
            hasBroken = true
        }
        let stream = LiveStream(
            sense, detector: events.detector, isPaced: input.pace.realtime, stop: terms.stop, rules: events.rules,
            changing: changing, moments: recorder)
        return OpenedStream(stream: stream, description: description, recorder: recorder) {
            if let first = sense.firstBroken { throw ExitStatus.Reported(kind: first.kind) }
        }
    }
}
