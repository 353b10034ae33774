import TacitConsole
import TacitDevices
import TacitDiagnostics
import TacitLabelling
import TacitLive
import TacitMedia
import TacitModelFile
import TacitRecording
import TacitSinks
import TacitText

extension Listen: StreamOptions {
    func program(_ name: String?) throws -> CommandSource? {
        try input.program.source(input.waits, called: name)
    }

    func parts(_ path: String?, _ terms: StreamTerms, isTaught: Bool, mayWrite: Bool) throws -> any StreamParts {
        try SoundParts(self, path, terms, isTaught: isTaught, mayWrite: mayWrite)
    }
}

/// A model that hears, and what makes events of its readings.
struct SoundParts: StreamParts {
    private let options: Listen
    private let terms: StreamTerms
    private let model: LoadedModel
    private let labeller: SoundLabeller
    private let events: EventParts
    private var hopSeconds: Double { labeller.plan.hopSeconds }
    private let isLive: Bool

    init(_ options: Listen, _ path: String?, _ terms: StreamTerms, isTaught: Bool, mayWrite: Bool) throws {
        self.options = options
        self.terms = terms
        let path = try ModelLookup.path(path, default: ModelFileName.sound, taughtBy: options.learned.path)
        model = try FollowedLabels.load(path, options, terms, isTaught: isTaught, mayWrite: mayWrite)
        try model.requireLabels()
        try model.requireSound()
        let input = options.input.sound(nil)
        isLive = options.input.pace.realtime || input.isLive
        // A recording has what was heard, and when, in the stream's own order; a gate is looked at as the stream comes to it.
        let readsAhead = input.isWhole && terms.recording == nil && options.input.gate == nil
        let plan = try model.plan(hop: options.hop.hop ?? 1, isLive: isLive, readsAhead: readsAhead)
        labeller = try model.soundLabeller(
            plan: plan, ending: .fullWindows, gate: options.input.gate, engine: options.engine.settings)
        events = try EventParts(
            model, options, terms, sampleRate: labeller.geometry.sampleRate, hop: plan.hopSamples)
    }

    func open(_ program: CommandSource?) throws -> OpenedStream {
        let input = options.input.sound(program)
        let sampleRate = labeller.geometry.sampleRate
        let sound = try input.open(sampleRate: sampleRate, hop: hopSeconds, terms)
        if terms.stop.isStopping { throw Process.Stopped() }
        var description = events.description(
            model, options, terms, input: SystemPath.shortName(of: input.name),
            sense: .sound(window: Double(labeller.geometry.samplesPerWindow) / Double(sampleRate), hop: hopSeconds),
            sampleRate: sampleRate, isDevice: input.isDevice, runsFree: !isLive,
            // What passes at its own pace goes on whether or not anyone reads; anything else waits.
            waitsForReaders: !(options.input.pace.realtime || input.isDevice))
        let recorder = try terms.recording?.recorder(
            .sound(sampleRate: sampleRate, hop: options.hop.hop ?? 1, gate: options.input.gate), model, description,
            events: options.events, isLive: isLive)
        let changing = FollowedLabels.follow(model, options, terms, &description)
        let stream = LiveStream(
            SoundSense(source: recorder.map { RecordedSound(sound, $0) } ?? sound, labeller: labeller),
            detector: events.detector, isPaced: options.input.pace.realtime, stop: terms.stop, rules: events.rules,
            changing: changing, moments: recorder)
        return OpenedStream(stream: stream, description: description, recorder: recorder) {
            let damage = terms.stop.isStopping ? sound.damage.ofWhatWasRead : sound.damage
            StandardError.tell(damage, of: input.name, by: terms.say)
            if !stream.hasReading, !terms.stop.isStopping { try reportShortness(input) }
        }
    }

    /// Nothing was printed: says why. That is no error, but for a file in which there is nothing.
    private func reportShortness(_ input: ListenInput) throws {
        guard labeller.position > 0 || input.isLive else { throw TacitError.badData(input.name, "no samples in it") }
        let geometry = labeller.geometry
        var text = ByteBuffer()
        text.append(Double(labeller.position) / Double(geometry.sampleRate), places: 2)
        text.append(" s of sound, less than one window of ")
        text.append(Double(geometry.samplesPerWindow) / Double(geometry.sampleRate), places: 2)
        text.append(" s: no labels")
        terms.say("\(input.name): \(String(decoding: text.bytes, as: UTF8.self))")
    }
}
