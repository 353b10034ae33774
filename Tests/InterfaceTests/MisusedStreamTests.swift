import CTacitInterface
import TacitTestSupport
import Testing

/// Whatever a program asks of a stream that can't be gets a status and words, and the stream is as it was.
@Suite struct MisusedStreamTests {
    private static let usage = Int32(TACIT_USAGE)
    private static let badData = Int32(TACIT_BAD_DATA)

    @Test func streamSettings() throws {
        let model = try ConvertedModel(GoldenCase(name: "gpt2-plain"))
        let loaded = try Loaded(model.path)
        func begin(_ change: (inout tacit_stream_settings) -> Void) -> Int32 {
            var settings = tacit_stream_settings()
            settings.size = MemoryLayout<tacit_stream_settings>.size
            change(&settings)
            return tacit_begin(loaded.handle, &settings)
        }
        #expect(begin { _ in } == 0)
        #expect(begin { $0.size = 3 } == Self.usage)
        #expect(begin { $0.sample_rate = -1 } == Self.usage)
        #expect(begin { $0.sample_rate = 1 } == Self.badData)
        #expect(begin { $0.threads = 1000 } == Self.usage)
        #expect(begin { $0.threads = -1 } == Self.usage)
        for hop in [-1, .nan, .infinity] { #expect(begin { $0.hop = hop } == Self.usage) }
        for threshold in [-0.5, 1.5, .nan] as [Float] { #expect(begin { $0.threshold = threshold } == Self.usage) }
        for part in [-1, 2, .nan] as [Float] { #expect(begin { $0.off_below = part } == Self.usage) }
        for seconds in [-1, .nan, .infinity] {
            #expect(begin { $0.smooth = seconds } == Self.usage)
            #expect(begin { $0.on_after = seconds } == Self.usage)
            #expect(begin { $0.off_after = seconds } == Self.usage)
        }
        // Shorter than a sample: none, whatever the model says.
        #expect(begin { ($0.smooth, $0.on_after, $0.off_after) = (1e-9, 1e-9, 1e-9) } == 0)
        #expect(begin { $0.smooth = -1 } == Self.usage)
        // None of those left a stream behind.
        var count = 0
        #expect(tacit_push(loaded.handle, [0], 1, &count) == Self.usage)
    }

    @Test func streamsOfPictures() throws {
        let golden = try GoldenImages(name: "gpt2-grey")
        let model = try ConvertedModel(base: golden.baseFolder.path, adapter: golden.adapterFolder.path)
        let loaded = try Loaded(model.path)
        let handle = loaded.handle
        let pixels = [UInt8](repeating: 100, count: 12)
        func push(_ time: Double, width: Int = 2, height: Int = 2, channels: Int = 3, stride: Int = 0) -> Int32 {
            tacit_push_picture(handle, pixels, width, height, channels, stride, time)
        }
        #expect(push(-1) == Self.usage && loaded.words == "no stream of pictures has begun")
        for rate in [Double.nan, .infinity, -1, 0.0001, 1e6] {
            #expect(tacit_begin_pictures(handle, nil, rate) == Self.usage)
        }
        var settings = tacit_stream_settings()
        #expect(tacit_begin_pictures(handle, &settings, 10) == Self.usage)
        settings.size = MemoryLayout<tacit_stream_settings>.size
        settings.sample_rate = 16_000
        #expect(tacit_begin_pictures(handle, &settings, 10) == Self.usage)
        settings.sample_rate = 0
        settings.hop = .nan
        #expect(tacit_begin_pictures(handle, &settings, 10) == Self.usage)

        try #require(tacit_begin_pictures(handle, nil, 10) == 0)
        let samples: [Float] = [0]
        var taken = 9
        #expect(tacit_push(handle, samples, 1, &taken) == Self.usage && taken == 0)
        #expect(loaded.words == "the stream is of pictures")
        for (width, height, channels, stride) in [
            (0, 2, 3, 0), (2, 0, 3, 0), (-1, 2, 3, 0), (2, 2, 2, 0), (2, 2, 3, 5), (2, 2, 3, -1),
            (1 << 40, 1 << 40, 3, 0),
        ] { #expect(push(-1, width: width, height: height, channels: channels, stride: stride) == Self.badData) }
        #expect(tacit_push_picture(handle, nil, 2, 2, 3, 0, -1) == Self.usage)
        for time in [Double.nan, .infinity, -2, 1e30] { #expect(push(time) == Self.usage) }
        // What is refused leaves the stream as it was.
        var (start, end) = (9.0, 9.0)
        #expect(push(-1) == 1 && tacit_span(handle, &start, &end) == 0 && start == 0 && end == 0)
        #expect(push(2.5) == 1 && tacit_span(handle, &start, &end) == 0 && start == 2.5 && end == 2.5)
        #expect(push(-1) == 1 && tacit_span(handle, &start, &end) == 0 && start == 2.6 && end == 2.6)
        #expect(push(2.5) == Self.usage && loaded.words == "a picture at 2.5 s, after one at 2.6 s")
        // Five pictures are half a second.
        #expect(tacit_skip(handle, 5) == 0 && push(2.9) == Self.usage)
        #expect(push(-1) == 1 && tacit_span(handle, &start, &end) == 0 && start == 3.2)
        #expect(tacit_skip(handle, -1) == Self.usage && tacit_skip(handle, 1 << 50) == Self.usage)
        while tacit_finish(handle) != 0 {}
        #expect(push(-1) == Self.usage && loaded.words == "the stream is finished")
        #expect(tacit_skip(handle, 1) == Self.usage)

        // A model that hears sees nothing.
        let hearing = try ConvertedModel(GoldenCase(name: "gpt2-plain"))
        let other = try Loaded(hearing.path)
        #expect(tacit_begin_pictures(other.handle, nil, 0) == Self.badData)
    }
}
