import TacitDiagnostics
import TacitFrontEnd
import TacitLabelling
import TacitLive
import TacitMedia
import TacitModelFile
import TacitRecording
import TacitSinks
import TacitTestSupport

extension FuzzTarget {
    /// What someone sends to show that something went wrong.
    static let recordings = [
        FuzzTarget("recording", longest: 8192) { bytes in
            try MemoryFile.with(bytes) { _, path in try replay(RecordingReader(path: path)) }
        }
    ]

    /// As `tacit replay` does it, over a model of two labels that says what it is given (`EchoModel`).
    private static func replay(_ reader: RecordingReader) throws {
        let settings = reader.settings
        guard settings.thresholds.count == 2 else { throw TacitError(.badData, "thresholds of another model") }
        let sense: any StreamSense
        let (rate, hop): (Int, Int)
        switch settings.sense {
        case .sound(let sampleRate, let seconds, let gate):
            guard sampleRate == 1000 else { throw TacitError(.badData, "sound of another rate than the model's") }
            let model = EchoModel.description(
                .waveform(WaveformInput(sampleRate: sampleRate, patch: 1, stride: 1, window: 4)))
            let plan = try WindowPlan(model, hop: seconds)
            let labeller = try SoundLabeller(
                model, plan: plan, ending: .fullWindows, model: EchoModel(patchSize: 1), gate: gate)
            sense = SoundSense(source: ReplayedSound(reader, sampleRate: sampleRate), labeller: labeller)
            (rate, hop) = (sampleRate, plan.hop)
        case .pictures(let ticks):
            let model = EchoModel.description(
                .image(ImageInput(width: 2, height: 2, channels: 1, patch: 1, stride: 1, mean: [0], deviation: [0.25])))
            sense = FrameSense(
                source: ReplayedFrames(reader), labeller: try ImageLabeller(model, model: EchoModel(patchSize: 1)),
                every: nil, broken: { _ in })
            (rate, hop) = (ImageLabeller.ticksPerSecond, ticks)
        }
        let detector = try EventDetector(
            thresholds: settings.thresholds, watched: settings.selected, settings: settings.events, sampleRate: rate,
            hop: hop, averagedLabels: settings.averagedLabels)
        let stream = LiveStream(
            sense, detector: detector, isPaced: false, stop: StopToken(),
            moments: ReplayedMoments(reader, stop: StopToken()))
        try stream.run(ToldLines(settings))
        try reader.finish()
    }
}

/// The lines that standard output would get, each of which must be one.
private final class ToldLines: Sink {
    private var json: JSONLineFormat
    private var plain: PlainLineFormat
    private var ranking: Ranking

    init(_ settings: RecordedSettings) {
        json = JSONLineFormat(
            StreamDescription(
                model: "m.gguf", input: "a", source: settings.source, sense: .pictures, labels: ["a", "b"],
                thresholds: [0.5, 0.5], selected: [0, 1], top: settings.top, showFrom: settings.showFrom,
                hasLogits: settings.hasLogits, isJSON: true, isDevice: false, runsFree: true, waitsForReaders: true))
        plain = PlainLineFormat(StreamLabels(names: ["a", "b"], learnedFrom: 2, thresholds: [], selected: []))
        ranking = Ranking(top: settings.top, threshold: settings.showFrom, labels: 2)
    }

    func labels(_ reading: LiveReading) {
        ranking.rank(reading.scores)
        json.labels(reading, ranking)
        plain.labels(reading, ranking)
        check()
    }
    func event(_ event: LiveEvent) {
        json.event(event)
        plain.event(event)
        check()
    }
    func gap(_ gap: LiveGap) {
        json.gap(gap)
        plain.gap(gap)
        check()
    }

    private func check() {
        for line in [Array(json.bytes), Array(plain.bytes)] {
            precondition(line.last == UInt8(ascii: "\n"), "a line ends")
            precondition(line.dropLast().allSatisfy { $0 >= 0x20 }, "a line is one, without control characters")
        }
    }
}
