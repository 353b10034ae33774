import TacitDiagnostics
import TacitLabelling
import TacitLive
import TacitMedia
import TacitModelFile
import TacitTestSupport
import Testing

/// From a source to a sink, with a model that says what it is given. Times are in milliseconds.
@Suite struct LiveStreamTests {
    private struct Trouble: Error, Equatable {}

    /// Windows of four samples, one behind the other, at 1000 Hz.
    private func sound(_ steps: [ScriptedSound.Step], stop: StopToken = StopToken()) throws -> LiveStream {
        let description = EchoModel.description(
            .waveform(WaveformInput(sampleRate: 1000, patch: 1, stride: 1, window: 4)))
        let plan = try WindowPlan(description, hop: 0.004)
        let labeller = try SoundLabeller(
            description, plan: plan, ending: .fullWindows, model: EchoModel(patchSize: 1))
        return LiveStream(
            SoundSense(source: ScriptedSound(steps), labeller: labeller),
            detector: try detector(rate: 1000, hop: 4), isPaced: false, stop: stop)
    }

    private func detector(rate: Int, hop: Int) throws -> EventDetector {
        try EventDetector(
            thresholds: [0.5, 0.5], watched: [0, 1],
            settings: EventSettings(smooth: 0, onAfter: 0, offAfter: 0, offBelow: 0.8),
            sampleRate: rate, hop: hop)
    }

    private static var loud: ScriptedSound.Step { .samples([1, 1, 1, 1]) }
    private static var quiet: ScriptedSound.Step { .samples([0, 0, 0, 0]) }

    @Test func readingsThenTheEventsTheyDecide() throws {
        let recorder = Recorder()
        let stream = try sound([Self.quiet, Self.loud, Self.loud, Self.quiet])
        try stream.run(recorder)
        #expect(
            recorder.words == ["labels 4", "labels 8", "on 0 8", "labels 12", "labels 16", "off 0 16", "finish"])
        #expect(stream.hasReading)
    }

    @Test func theEndTurnsOffWhatIsOn() throws {
        let recorder = Recorder()
        try sound([Self.loud, .samples([0, 0])]).run(recorder)
        #expect(recorder.words == ["labels 4", "on 0 4", "off 0 6", "finish"])
    }

    @Test func lessThanAWindowIsNoReading() throws {
        let recorder = Recorder()
        let stream = try sound([.samples([1, 1, 1])])
        try stream.run(recorder)
        #expect(recorder.words == ["finish"])
        #expect(!stream.hasReading)
    }

    @Test(arguments: [
        (SourceEvent.Reason.overrun, "overrun"), (.suspend, "suspend"), (.lost, "lost"),
    ])
    func aGapCountsInTimeAndWindowsBeginAnew(reason: SourceEvent.Reason, name: String) throws {
        let recorder = Recorder()
        try sound([.samples([0, 0]), .gap(100, reason), Self.quiet]).run(recorder)
        #expect(recorder.words == ["\(name) 100", "labels 106", "finish"])
    }

    /// All that a stream tells, and how often its model was asked: an endless context of six patches, read every second
    /// one.
    private func told(
        _ steps: [ScriptedSound.Step], readsAhead: Bool
    ) throws -> (words: [String], levels: [Double?], error: Trouble?, pushes: Int) {
        let description = EchoModel.description(
            .waveform(WaveformInput(sampleRate: 1000, patch: 1, stride: 1, window: 6)), context: .sliding)
        let plan = try WindowPlan(description, hop: 0.002, readsAhead: readsAhead)
        let model = EchoModel(patchSize: 1, canLookBack: true)
        let labeller = try SoundLabeller(description, plan: plan, ending: .fullWindows, model: model)
        let stream = LiveStream(
            SoundSense(source: ScriptedSound(steps), labeller: labeller),
            detector: try detector(rate: 1000, hop: 2), isPaced: false, stop: StopToken())
        let recorder = Recorder()
        do {
            try stream.run(recorder)
        } catch let error as Trouble {
            return (recorder.words, recorder.levels, error, model.pushes)
        }
        return (recorder.words, recorder.levels, nil, model.pushes)
    }

    /// Whatever the source gives, and in however small pieces: the same lines in the same order up to where it fails.
    @Test func whatIsReadAheadIsToldInItsTime() throws {
        var random = RandomNumbers(seed: 6)
        for round in 0..<200 {
            var steps: [ScriptedSound.Step] = []
            for _ in 0..<Int.random(in: 0...9, using: &random) {
                if Int.random(in: 0..<4, using: &random) == 0 {
                    steps.append(.gap(Int.random(in: 1...20, using: &random), .lost))
                } else {
                    let count = Int.random(in: 1...20, using: &random)
                    steps.append(.samples((0..<count).map { _ in Float(Int.random(in: 0...1, using: &random)) }))
                }
            }
            if round % 3 == 0 { steps.append(.failure(Trouble())) }
            let (before, ahead) = (try told(steps, readsAhead: false), try told(steps, readsAhead: true))
            #expect(ahead.words == before.words && ahead.levels == before.levels && ahead.error == before.error)
        }
    }

    /// As many patches as there is room for go through the model at once, though the source gives one sample at a time.
    @Test func smallPiecesAreReadAheadTogether() throws {
        let steps = (0..<60).map { ScriptedSound.Step.samples([Float($0 % 3)]) }
        let (before, ahead) = (try told(steps, readsAhead: false), try told(steps, readsAhead: true))
        #expect(ahead.words == before.words)
        #expect(before.pushes == 30 && ahead.pushes == 12)
    }

    @Test func aStopEndsInOrder() throws {
        let stop = StopToken()
        let recorder = Recorder()
        recorder.onLabels = { stop.stop() }
        try sound([Self.loud, Self.loud, Self.loud], stop: stop).run(recorder)
        #expect(recorder.words == ["labels 4", "on 0 4", "off 0 4", "finish"])
    }

    @Test func aStopBeforeTheStartReadsNothing() throws {
        let stop = StopToken()
        stop.stop()
        let recorder = Recorder()
        try sound([.failure(Trouble())], stop: stop).run(recorder)
        #expect(recorder.words == ["finish"])
    }

    @Test func aSourceThatFailsEndsInOrder() throws {
        let recorder = Recorder()
        let error = TacitError(.deviceLost, "gone")
        #expect(throws: error) { try sound([Self.loud, .failure(error)]).run(recorder) }
        #expect(recorder.words == ["labels 4", "on 0 4", "off 0 4", "finish"])
    }

    /// Whatever word of the first loud window fails, each `on` has its `off` and the sink is told of the end.
    @Test(arguments: 1...4)
    func aSinkThatFailsEndsInOrder(place: Int) throws {
        let recorder = Recorder()
        recorder.failure = (place, Trouble())
        #expect(throws: Trouble.self) { try sound([Self.loud]).run(recorder) }
        #expect(recorder.words == ["labels 4", "on 0 4", "off 0 4", "finish"])
    }

    /// Root mean square since the reading before, whatever the pieces; -120 for silence.
    @Test func level() throws {
        let recorder = Recorder()
        try sound([
            .samples([0.5]), .samples([0.5, -0.5]), .samples([0.5]), Self.quiet, .samples([1, -1, 1, -1]),
        ]).run(recorder)
        let levels = recorder.levels.map { $0 ?? .nan }
        #expect(levels.count == 3)
        #expect(abs(levels[0] + 6.0206) < 1e-4)
        #expect(levels[1] == -120)
        #expect(levels[2] == 0)
    }

    @Test func pictures() throws {
        let recorder = Recorder()
        let description = EchoModel.description(
            .image(ImageInput(width: 2, height: 2, channels: 1, patch: 2, stride: 2, mean: [0], deviation: [1])))
        var told: [TacitError] = []
        let broken = TacitError.badData("b.png", "no picture")
        let sense = FrameSense(
            source: ScriptedFrames([
                (255, .frame(.init(index: 0, time: 0, dropped: 0))), (0, .passed(time: 50_000)),
                (0, .broken(broken)), (0, .gap(.init(end: 300_000, length: 200_000, reason: .stalled))),
                (0, .frame(.init(index: 5, time: 300_000, dropped: 2))),
                (255, .frame(.init(index: 6, time: 400_000, dropped: 2))),
            ]),
            labeller: try ImageLabeller(description, model: EchoModel(patchSize: 4)), every: nil
        ) { told.append($0) }
        let stream = LiveStream(
            sense, detector: try detector(rate: ImageLabeller.ticksPerSecond, hop: 10_000), isPaced: false,
            stop: StopToken())
        try stream.run(recorder)
        #expect(
            recorder.words == [
                "labels 0", "on 0 0", "picture 255", "passed 50", "stalled 200", "labels 300", "off 0 300",
                "picture 0", "labels 400", "on 0 400", "picture 255", "off 0 400", "finish",
            ])
        #expect(told == [broken])
        #expect(sense.firstBroken == broken)
        #expect(recorder.levels.allSatisfy { $0 == nil })
    }
}
