import CTacitAllocationCounter
import TacitDiagnostics
import TacitLabelling
import TacitModelFile
import TacitTestSupport
import Testing

/// When a gate opens, and that what comes through it is what would have come without one.
@Suite struct LoudnessGateTests {
    private static let rate = 1000

    private func gate(_ decibels: Double, hop: Int = 100) throws -> LoudnessGate {
        try LoudnessGate(decibels: decibels, sampleRate: Self.rate, hop: hop)
    }

    private func add(_ value: Float, _ count: Int, to gate: inout LoudnessGate) {
        [Float](repeating: value, count: count).withUnsafeBufferPointer { gate.add($0) }
    }

    @Test func opensAboveItsLevelAndHoldsForASecond() throws {
        var gate = try gate(-20)
        add(0.0999, 100, to: &gate)
        #expect(!gate.isOpen)
        add(0.1001, 49, to: &gate)
        #expect(!gate.isOpen, "a block is not whole")
        add(0.1001, 1, to: &gate)
        #expect(gate.isOpen)
        add(0, 950, to: &gate)
        #expect(gate.isOpen)
        add(0, 50, to: &gate)
        #expect(!gate.isOpen)
        add(.nan, 50, to: &gate)
        #expect(!gate.isOpen)
        add(1, 50, to: &gate)
        #expect(gate.isOpen)
        gate.reset()
        #expect(!gate.isOpen)
    }

    @Test func holdsAsLongAsThereIsFromOneReadingToTheNext() throws {
        var gate = try gate(-20, hop: 3000)
        add(1, 50, to: &gate)
        add(0, 2950, to: &gate)
        #expect(gate.isOpen)
        add(0, 50, to: &gate)
        #expect(!gate.isOpen)
    }

    @Test(arguments: [-120.001, 0.001, .nan, .infinity, -.infinity])
    func refusesWhatIsNoLevel(decibels: Double) {
        #expect(throws: TacitError.self) { try gate(decibels) }
    }

    private struct Heard: Equatable {
        var readings: [KeptReading] = []
        var quiet: [Int] = []
    }

    /// Loud and quiet stretches of random lengths; each sample is its own place plus 1, scaled so that the loud ones
    /// are above -20 dB and the quiet ones below.
    private func sound(_ random: inout RandomNumbers) -> [Float] {
        var samples: [Float] = []
        var isLoud = false
        while samples.count < 12_000 {
            for _ in 0..<Int.random(in: 1...3000, using: &random) {
                samples.append(Float(samples.count + 1) * (isLoud ? 1 : 1e-8))
            }
            isLoud.toggle()
        }
        return samples
    }

    private func listen(
        _ samples: [Float], _ description: ModelDescription, _ plan: WindowPlan, gate: Double?, longest: Int,
        _ random: inout RandomNumbers
    ) throws -> (heard: Heard, patches: Int) {
        let model = StandInModel(plan, patchSize: 10)
        let labeller = try SoundLabeller(description, plan: plan, ending: .fullWindows, model: model, gate: gate)
        var heard = Heard()
        var start = 0
        while start < samples.count {
            let end = min(samples.count, start + Int.random(in: 1...longest, using: &random))
            samples[start..<end].withUnsafeBufferPointer { part in
                labeller.push(part, quiet: { heard.quiet.append($0) }) { heard.readings.append(KeptReading($0)) }
            }
            start = end
        }
        return (heard, model.pushes.reduce(0) { $0 + $1.count * $1.contexts })
    }

    /// Every kind of context, windows that overlap, touch and leave holes: what is read is what is read without a gate,
    /// and each other place is told to be quiet; the model is given no more than it would be, however often the gate
    /// opens.
    @Test func whatComesThroughIsTheSame() throws {
        var random = RandomNumbers(seed: 20)
        let modes: [(ModelDescription.Context, ModelDescription.Attention)] = [
            (.restart, .causal), (.restart, .full), (.sliding, .causal),
        ]
        for (context, attention) in modes {
            let description = describe(
                .waveform(WaveformInput(sampleRate: Self.rate, patch: 10, stride: 10, window: 40)), context: context,
                attention: attention)
            var (saved, read) = (0, 0)
            for hop in [0.03, 0.1, 0.15, 0.4, 0.7, 2] {
                for latency in [nil, 0, 0.05] {
                    let plan = try WindowPlan(description, hop: hop, latency: latency)
                    for _ in 0..<3 {
                        let samples = sound(&random)
                        let open = try listen(samples, description, plan, gate: nil, longest: 500, &random)
                        let gated = try listen(samples, description, plan, gate: -20, longest: 500, &random)
                        let again = try listen(samples, description, plan, gate: -20, longest: 7, &random)
                        #expect(gated.heard == again.heard)
                        #expect(gated.patches <= open.patches)
                        saved += open.patches - gated.patches
                        read += gated.heard.readings.count
                        #expect(open.heard.quiet.isEmpty)
                        let quiet = Set(gated.heard.quiet)
                        #expect(gated.heard.readings == open.heard.readings.filter { !quiet.contains($0.end) })
                        #expect(
                            gated.heard.readings.count + gated.heard.quiet.count == open.heard.readings.count)
                    }
                }
            }
            #expect(saved > 0 && read > 0)
        }
    }

    /// Nothing loud goes unheard: each place that ends within a second of a loud block is read.
    @Test func everyLoudBlockIsRead() throws {
        var random = RandomNumbers(seed: 21)
        let description = describe(
            .waveform(WaveformInput(sampleRate: Self.rate, patch: 10, stride: 10, window: 40)))
        let plan = try WindowPlan(description, hop: 2)
        var samples = [Float](repeating: 0, count: 20_000)
        for place in [3000, 9050, 15_900] { for index in place..<place + 50 { samples[index] = 1 } }
        let heard = try listen(samples, description, plan, gate: -20, longest: 300, &random).heard
        #expect(heard.readings.map(\.end) == [4400, 10_400, 16_400])
    }

    @Test func aGapClosesIt() throws {
        let description = describe(
            .waveform(WaveformInput(sampleRate: Self.rate, patch: 10, stride: 10, window: 40)))
        let plan = try WindowPlan(description, hop: 0.1)
        let labeller = try SoundLabeller(
            description, plan: plan, ending: .fullWindows, model: StandInModel(plan, patchSize: 10), gate: -20)
        var words: [String] = []
        func push(_ value: Float, _ count: Int) {
            [Float](repeating: value, count: count).withUnsafeBufferPointer {
                labeller.push($0, quiet: { words.append("quiet \($0)") }) { words.append("reading \($0.end)") }
            }
        }
        push(1, 500)
        labeller.skip(samples: 100)
        push(0, 500)
        push(1, 100)
        #expect(words == ["reading 400", "reading 500", "quiet 1000", "quiet 1100", "reading 1200"])
    }

    @Test func allocatesNothing() throws {
        var gate = try gate(-20)
        let samples = [Float](repeating: 0.5, count: 777)
        let before = tacit_allocations_on_this_thread()
        samples.withUnsafeBufferPointer { for _ in 0..<100 { gate.add($0) } }
        #expect(tacit_allocations_on_this_thread() == before)
        #expect(gate.isOpen)
    }
}
