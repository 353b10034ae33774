import CTacitAllocationCounter
import CTacitInterface
import TacitTestSupport
import Testing

/// A stream through the C interface takes no memory once it has begun and said something.
@Suite struct AllocationTests {
    @Test(arguments: ["gpt2-plain", "llama-sliding-last-logmel", "llama-sinks"])
    func pushing(name: String) throws {
        let golden = try GoldenCase(name: name)
        let model = try ConvertedModel(golden, weights: "int8")
        let loaded = try Loaded(model.path)
        let handle = loaded.handle
        for rate in [golden.sampleRate, 44_100] {
            var settings = tacit_stream_settings()
            settings.size = MemoryLayout<tacit_stream_settings>.size
            settings.sample_rate = Int32(rate)
            settings.hop = 0.02
            settings.threshold = 0.3
            try #require(tacit_begin(handle, &settings) == 0)
            let samples = Sounds.glide(samples: 10 * loaded.model.window_samples * rate / golden.sampleRate)
                .map { Float($0) / 32768 }
            var scores = [Float](repeating: 0, count: loaded.model.labels)
            var event = tacit_event()
            var readings = 0
            var before = 0
            samples.withUnsafeBufferPointer { samples in
                var start = 0
                while start < samples.count {
                    var taken = 0
                    var found: Int32 = 1
                    let status = tacit_push(
                        handle, samples.baseAddress! + start, min(100, samples.count - start), &taken)
                    start += taken
                    guard status == TACIT_READING else { continue }
                    readings += 1
                    _ = tacit_scores(handle, &scores, scores.count, nil)
                    while found == 1 { _ = tacit_next_event(handle, &event, &found) }
                    if readings == 2 { before = tacit_allocations_on_this_thread() }
                }
            }
            #expect(tacit_allocations_on_this_thread() == before, "\(name), \(rate) Hz")
            #expect(readings > 5)
        }
    }
}
