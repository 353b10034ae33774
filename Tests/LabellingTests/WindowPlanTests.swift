import TacitDiagnostics
import TacitFrontEnd
import TacitLabelling
import TacitModelFile
import Testing

@Suite struct WindowPlanTests {
    private let input = InputDescription.waveform(
        WaveformInput(sampleRate: 16000, patch: 400, stride: 160, window: 100))

    @Test func hopsAreRoundedToWholeStrides() throws {
        for (seconds, patches) in [
            (1.0, 100), (0.01, 1), (0.0149, 1), (0.0151, 2), (0.0001, 1), (5.004, 500), (30, 3000),
        ] {
            let plan = try WindowPlan(describe(input), hop: seconds)
            #expect(plan.hop == patches)
            #expect(plan.hopSamples == 160 * patches)
            #expect(plan.hopSeconds == Double(160 * patches) / 16000)
        }
    }

    /// Contexts of their own follow one another; an endless one is read every second.
    @Test func hopsHaveDefaults() throws {
        for (rate, stride, window, second) in [(16000, 160, 30, 100), (16000, 333, 30, 48), (8000, 100_000, 30, 1)] {
            let input = InputDescription.waveform(
                WaveformInput(sampleRate: rate, patch: stride, stride: stride, window: window))
            #expect(try WindowPlan(describe(input)).hop == window)
            #expect(try WindowPlan(describe(input, attention: .full)).hop == window)
            #expect(try WindowPlan(describe(input, context: .sliding)).hop == second)
        }
    }

    @Test func contextsCoverTheOverlap() throws {
        for (hop, contexts) in [(1.0, 1), (0.99, 2), (0.5, 2), (0.49, 3), (0.01, 100), (2, 1)] {
            #expect(try WindowPlan(describe(input), hop: hop).contexts == contexts)
            #expect(try WindowPlan(describe(input, context: .sliding), hop: hop).contexts == 1)
            #expect(try WindowPlan(describe(input, attention: .full), hop: hop).contexts == 1)
        }
    }

    @Test func latencyBoundsTheChunk() throws {
        for (latency, chunk) in [(nil, 50), (0.0, 1), (0.009, 1), (0.02, 2), (0.25, 25), (1e9, 50)] as [(Double?, Int)]
        {
            #expect(try WindowPlan(describe(input), hop: 0.5, latency: latency).chunk == chunk)
        }
        // What is little work may go together, in all contexts, whatever the latency.
        for (rows, chunk) in [(0, 1), (3, 1), (4, 2), (21, 10), (1000, 50)] {
            #expect(try WindowPlan(describe(input), hop: 0.5, latency: 0, rows: rows).chunk == chunk)
        }
        #expect(try WindowPlan(describe(input), hop: 0.5, latency: 0.25, rows: 4).chunk == 25)
        // With full attention nothing can be done before the window is whole.
        #expect(try WindowPlan(describe(input, attention: .full), latency: 0).chunk == 100)
    }

    /// An endless context can be read behind patches that came later, where nobody waits for labels.
    @Test func endlessContextsTakeAWindowAtOnce() throws {
        let endless = describe(input, context: .sliding)
        for (hop, chunk, isAhead) in [(0.1, 100, true), (1, 100, false), (3, 100, false)] {
            let plan = try WindowPlan(endless, hop: hop, readsAhead: true)
            #expect(plan.chunk == chunk && plan.readsAhead == isAhead)
        }
        #expect(try WindowPlan(endless, hop: 0.1).chunk == 10)
        #expect(try WindowPlan(endless, hop: 0.1, latency: 1e6, readsAhead: true).chunk == 10)
        #expect(try !WindowPlan(endless, hop: 0.1, latency: 1e6, readsAhead: true).readsAhead)
        #expect(try !WindowPlan(describe(input), hop: 0.1, readsAhead: true).readsAhead)
    }

    @Test(arguments: [0, -1, Double.nan, .infinity, WindowPlan.longestHop.nextUp])
    func impossibleHopsAreUsageErrors(hop: Double) {
        do {
            _ = try WindowPlan(describe(input), hop: hop)
            Issue.record("accepted")
        } catch {
            #expect((error as? TacitError)?.kind == .usage)
        }
    }

    @Test func otherSensesAreBadData() {
        do {
            _ = try WindowPlan(describe(.tokens(TokensInput(vocabulary: 3, codebooks: 1, window: 4))))
            Issue.record("accepted")
        } catch {
            #expect((error as? TacitError)?.kind == .badData)
        }
    }
}
