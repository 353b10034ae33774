import CTacitAllocationCounter
import TacitFrontEnd
import TacitLabelling
import TacitModelFile
import TacitTestSupport
import Testing

@Suite struct SoundLabellerTests {
    /// A small setting of everything that shapes windows. Hop and latency are in patches.
    private struct Setting {
        var patch: Int
        var stride: Int
        var window: Int
        var hop: Int?
        var context: ModelDescription.Context
        var attention: ModelDescription.Attention
        var ending: SoundLabeller.Ending

        static func all(_ ending: SoundLabeller.Ending) -> [Setting] {
            var result: [Setting] = []
            let modes: [(ModelDescription.Context, ModelDescription.Attention)] = [
                (.restart, .causal), (.restart, .full), (.sliding, .causal),
            ]
            for (patch, stride) in [(1, 1), (3, 1), (2, 2), (2, 3)] {
                for window in [1, 2, 3, 5] {
                    for hop in [nil, 1, 2, 3, 4, 5, 7] {
                        for (context, attention) in modes {
                            result.append(
                                Setting(
                                    patch: patch, stride: stride, window: window, hop: hop, context: context,
                                    attention: attention, ending: ending))
                        }
                    }
                }
            }
            return result
        }

        var description: ModelDescription {
            describe(
                .waveform(WaveformInput(sampleRate: 1000, patch: patch, stride: stride, window: window)),
                context: context, attention: attention)
        }

        func labeller(latency: Int? = nil, readsAhead: Bool = false) throws -> (SoundLabeller, StandInModel) {
            let second = 1 / 1000.0
            let plan = try WindowPlan(
                description, hop: hop.map { Double($0 * stride) * second },
                latency: latency.map { (Double($0 * stride) + 0.5) * second }, readsAhead: readsAhead)
            let model = StandInModel(plan, patchSize: patch)
            return (try SoundLabeller(description, plan: plan, ending: ending, model: model), model)
        }

        /// A window of sound that begins with patch `first`, of a stream whose samples from `origin` to `end` are
        /// their own places plus 1.
        private func window(from first: Int, origin: Int, end: Int) -> KeptReading {
            let starts = (first..<first + window).map { origin + $0 * stride }
            return KeptReading(
                start: starts[0], end: min(starts[window - 1] + patch, end),
                embedding: [Float(window)] + starts.map { $0 < end ? Float($0 + 1) : 0 })
        }

        /// The contract's windows, listed one by one.
        func expected(origin: Int = 0, samples: Int) -> [KeptReading] {
            let hop = hop ?? (context == .sliding ? Int((1000 / Double(stride)).rounded()) : window)
            let end = origin + samples
            let whole = samples < patch ? 0 : (samples - patch) / stride + 1
            var windows: [KeptReading] = []
            var last = 0
            var first = 0
            while first + window <= whole {
                windows.append(self.window(from: first, origin: origin, end: end))
                last = first + window
                first += hop
            }
            guard ending == .lastWindow, samples > 0 else { return windows }
            if whole < window {
                windows.append(self.window(from: 0, origin: origin, end: end))
            } else if last < whole {
                windows.append(self.window(from: whole - window, origin: origin, end: end))
            }
            return windows
        }
    }

    /// Pushes samples that are their own places plus 1, cut at random.
    private func push(
        _ labeller: SoundLabeller, from origin: Int, count: Int, longest: Int, random: inout RandomNumbers
    ) -> [KeptReading] {
        var readings: [KeptReading] = []
        let samples = (0..<count).map { Float(origin + $0 + 1) }
        var start = 0
        while start < count {
            let end = min(count, start + Int.random(in: 1...longest, using: &random))
            samples[start..<end].withUnsafeBufferPointer { labeller.push($0) { readings.append(KeptReading($0)) } }
            start = end
        }
        return readings
    }

    @Test(arguments: [SoundLabeller.Ending.fullWindows, .lastWindow])
    func windowsAreTheContracts(ending: SoundLabeller.Ending) throws {
        var random = RandomNumbers(seed: 1)
        for setting in Setting.all(ending) {
            for (latency, readsAhead) in [(nil, false), (nil, true), (0, false), (2, true)] as [(Int?, Bool)] {
                let (labeller, _) = try setting.labeller(latency: latency, readsAhead: readsAhead)
                for count in [0, 1, 2, 3, 5, 8, 9, 10, 11, 17, 30, 31, 32, 33] {
                    labeller.reset()
                    var readings = push(labeller, from: 0, count: count, longest: 12, random: &random)
                    labeller.finish { readings.append(KeptReading($0)) }
                    #expect(readings == setting.expected(samples: count), "\(setting), \(count) samples")
                    #expect(labeller.position == count)
                }
            }
        }
    }

    /// Time goes on in a gap, contexts do not.
    @Test func gapsCountAndContextsBeginAnew() throws {
        var random = RandomNumbers(seed: 2)
        for setting in Setting.all(.fullWindows) {
            let (labeller, _) = try setting.labeller(readsAhead: Bool.random(using: &random))
            var position = 0
            for _ in 0..<4 {
                let count = Int.random(in: 0...25, using: &random)
                let readings = push(labeller, from: position, count: count, longest: 9, random: &random)
                #expect(readings == setting.expected(origin: position, samples: count), "\(setting)")
                let lost = Int.random(in: 0...9, using: &random)
                labeller.skip(samples: lost)
                position += count + lost
                #expect(labeller.position == position)
            }
        }
    }

    /// A reading comes with its window's last sample, whatever the latency; with none, each patch goes through the
    /// model at once, so that only the last one is left then.
    @Test func readingsAndPatchesAreNotHeldBack() throws {
        for setting in Setting.all(.fullWindows) where setting.attention == .causal {
            let (labeller, model) = try setting.labeller(latency: 0)
            var readings: [KeptReading] = []
            for index in 0..<40 {
                let before = readings.count
                withUnsafePointer(to: Float(index + 1)) { sample in
                    labeller.push(UnsafeBufferPointer(start: sample, count: 1)) { readings.append(KeptReading($0)) }
                }
                #expect(readings == setting.expected(samples: index + 1))
                #expect(readings.count <= before + 1)
            }
            #expect(model.pushes.allSatisfy { $0.count == 1 })
        }
    }

    /// Overlapping windows go side by side: as many pushes as chunks, not as windows.
    @Test func overlappingWindowsShareTheirPushes() throws {
        let description = describe(.waveform(WaveformInput(sampleRate: 1000, patch: 10, stride: 10, window: 40)))
        let plan = try WindowPlan(description, hop: 0.1)
        #expect(plan.hop == 10 && plan.contexts == 4 && plan.chunk == 10)
        let model = StandInModel(plan, patchSize: 10)
        let labeller = try SoundLabeller(description, plan: plan, ending: .fullWindows, model: model)
        var random = RandomNumbers(seed: 3)
        let readings = push(labeller, from: 0, count: 4000, longest: 100, random: &random)
        #expect(readings.count == 37)
        #expect(model.pushes.count == 40)
        #expect(model.pushes.map(\.contexts) == [1, 2, 3] + Array(repeating: 4, count: 37))
    }

    /// Where nobody waits, an endless context takes a window at once however often it is read.
    @Test func endlessContextsReadAhead() throws {
        let description = describe(
            .waveform(WaveformInput(sampleRate: 1000, patch: 10, stride: 10, window: 40)), context: .sliding)
        let samples = (0..<4000).map { Float($0 + 1) }
        func readings(_ latency: Double?) throws -> ([KeptReading], pushes: Int) {
            let plan = try WindowPlan(description, hop: 0.01, latency: latency, readsAhead: true)
            let model = StandInModel(plan, patchSize: 10)
            let labeller = try SoundLabeller(description, plan: plan, ending: .fullWindows, model: model)
            var readings: [KeptReading] = []
            samples.withUnsafeBufferPointer { labeller.push($0) { readings.append(KeptReading($0)) } }
            return (readings, model.pushes.count)
        }
        let (ahead, few) = try readings(nil)
        let (each, many) = try readings(0)
        #expect(ahead == each && ahead.count == 361)
        #expect(few == 10 && many == 400)
    }

    /// What is known before the stream comes to it is read when it does.
    @Test(arguments: [SoundLabeller.Ending.fullWindows, .lastWindow])
    func preparedSamplesAreReadAsTheyArePushed(ending: SoundLabeller.Ending) throws {
        var random = RandomNumbers(seed: 5)
        for setting in Setting.all(ending) {
            let (labeller, model) = try setting.labeller(readsAhead: true)
            guard labeller.samplesAhead > 0 else {
                #expect(
                    setting.context == .restart || setting.window == 1
                        || setting.hop.map { $0 >= setting.window } ?? true)
                continue
            }
            for count in [0, 3, 9, 30, 61] {
                labeller.reset()
                var readings: [KeptReading] = []
                var known = 0
                while known < count {
                    let end = min(count, known + Int.random(in: 1...labeller.samplesAhead, using: &random))
                    let pushes = model.pushes.count
                    let fresh = (known..<end).map { Float($0 + 1) }
                    fresh.withUnsafeBufferPointer { labeller.prepare($0) }
                    #expect(model.pushes.count <= pushes + 2)
                    let prepared = model.pushes.count
                    for place in known..<end {
                        withUnsafePointer(to: Float(place + 1)) { sample in
                            labeller.push(UnsafeBufferPointer(start: sample, count: 1)) {
                                readings.append(KeptReading($0))
                            }
                        }
                        let heard = setting.expected(samples: place + 1)
                        if ending == .fullWindows { #expect(readings == heard, "\(setting), \(place + 1) samples") }
                    }
                    #expect(model.pushes.count == prepared)
                    known = end
                }
                labeller.finish { readings.append(KeptReading($0)) }
                #expect(readings == setting.expected(samples: count), "\(setting), \(count) samples")
            }
        }
    }

    @Test func timesAreSeconds() throws {
        let description = describe(.waveform(WaveformInput(sampleRate: 1000, patch: 100, stride: 50, window: 3)))
        let plan = try WindowPlan(description)
        let labeller = try SoundLabeller(
            description, plan: plan, ending: .lastWindow, model: StandInModel(plan, patchSize: 100))
        labeller.skip(samples: 1500)
        var spans: [[Double]] = []
        let samples = [Float](repeating: 1, count: 450)
        samples.withUnsafeBufferPointer { labeller.push($0) { spans.append([$0.span.start, $0.span.end, $0.time]) } }
        labeller.finish { spans.append([$0.span.start, $0.span.end, $0.time]) }
        #expect(spans == [[1.5, 1.7, 1.7], [1.65, 1.85, 1.85], [1.75, 1.95, 1.95]])
    }

    /// Log-mel, overlap, waits and gaps: nothing is allocated once the first reading is out.
    @Test func nothingIsAllocatedAfterTheFirstReading() throws {
        final class Silent: PatchModel {
            func reset(context: Int) {}
            func push(patches: UnsafePointer<Float>, count: Int, contexts: UnsafeBufferPointer<Int>) {}
            func readEmbedding(context: Int, into embedding: UnsafeMutableBufferPointer<Float>) {}
            func readLogits(context: Int, into logits: UnsafeMutableBufferPointer<Float>) {}
            func applyScores(_ logits: UnsafeBufferPointer<Float>, into scores: UnsafeMutableBufferPointer<Float>) {}
        }
        let logmel = InputDescription.logmel(
            LogMelInput(
                sampleRate: 16000, fftSize: 512, windowLength: 400, hopLength: 160, mels: 64, minimumFrequency: 0,
                maximumFrequency: 8000, logOffset: 1e-6, mean: 0, deviation: 1, patchFrames: 4, strideFrames: 4,
                window: 20))
        let waveform = InputDescription.waveform(
            WaveformInput(sampleRate: 16000, patch: 400, stride: 160, window: 50))
        for input in [logmel, waveform] {
            for context in ModelDescription.Context.allCases {
                for ending in [SoundLabeller.Ending.fullWindows, .lastWindow] {
                    let description = describe(input, context: context)
                    let labeller = try SoundLabeller(
                        description, plan: try WindowPlan(description, hop: 0.2), ending: ending, model: Silent())
                    var random = RandomNumbers(seed: 4)
                    let samples = (0..<16000).map { _ in Float.random(in: -1...1, using: &random) }
                    var count = 0
                    func run() {
                        samples.withUnsafeBufferPointer { samples in
                            for start in stride(from: 0, to: samples.count, by: 401) {
                                let end = min(start + 401, samples.count)
                                labeller.push(UnsafeBufferPointer(rebasing: samples[start..<end])) { _ in count += 1 }
                            }
                        }
                    }
                    run()
                    let before = tacit_allocations_on_this_thread()
                    run()
                    labeller.skip(samples: 12345)
                    run()
                    labeller.finish { _ in count += 1 }
                    #expect(tacit_allocations_on_this_thread() == before)
                    #expect(count > 5)
                }
            }
        }
    }
}
