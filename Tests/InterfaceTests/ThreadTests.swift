import CTacitInterface
import Foundation
import TacitTestSupport
import Testing

/// Ten threads with a handle each on one model file. Built with `--sanitize=thread`, this is what must be silent.
@Suite struct ThreadTests {
    private final class Found: @unchecked Sendable {
        private let lock = NSLock()
        private var values: [Int: [Loaded.Said]] = [:]
        var all: [[Loaded.Said]] { lock.withLock { values.keys.sorted().map { values[$0]! } } }
        func set(_ index: Int, _ said: [Loaded.Said]) { lock.withLock { values[index] = said } }
    }

    @Test func tenHandlesOnOneModel() throws {
        let golden = try GoldenCase(name: "gpt2-sliding")
        let model = try ConvertedModel(golden, weights: "int8")
        let samples = Sounds.glide(samples: 60_000)
        let wave = try model.folder.write("a.wav", WaveFile.bytes(samples, rate: 44_100))
        let broken = try model.folder.write(
            "broken.mp3", [0xff, 0xfb, 0x90, 0x00] + [UInt8](repeating: 0x55, count: 900))
        let path = model.path
        let floats = samples.map { Float($0) / 32768 }

        @Sendable func run(_ threads: Int32) throws -> [Loaded.Said] {
            let loaded = try Loaded(path)
            var said: [Loaded.Said] = []
            for _ in 0..<3 {
                // Failures, too, and each with its own words.
                #expect(tacit_classify_file(loaded.handle, broken) == 65)
                #expect(loaded.words.hasPrefix(broken))
                #expect(tacit_configure(loaded.handle, 0.1, threads) == 0)
                #expect(tacit_classify_file(loaded.handle, wave) == 0)
                said.append(try loaded.said())
                var settings = tacit_stream_settings()
                settings.size = MemoryLayout<tacit_stream_settings>.size
                settings.sample_rate = 44_100
                settings.hop = 0.2
                settings.threads = threads
                #expect(tacit_begin(loaded.handle, &settings) == 0)
                try loaded.hear(floats, chunk: 1000) { heard, _ in heard.map { said.append($0) } }
            }
            return said
        }
        let found = Found()
        DispatchQueue.concurrentPerform(iterations: 10) { index in
            // Some of them compute with a crew of their own.
            if let said = try? run(index % 4 == 3 ? 2 : 1) { found.set(index, said) }
        }
        let alone = try run(1)
        #expect(alone.count > 10)
        #expect(found.all.count == 10)
        for said in found.all { #expect(said == alone) }
    }

    /// The same of handles that share one model, of which the first is closed already.
    @Test func tenHandlesThatShareAModel() throws {
        let golden = try GoldenCase(name: "gpt2-plain")
        let model = try ConvertedModel(golden, weights: "int8")
        let path = golden.path(of: golden.sounds[0])
        let loaded = try Loaded(model.path)
        #expect(tacit_classify_file(loaded.handle, path) == 0)
        let expected = try loaded.said().logits
        let first = try #require(tacit_create())
        #expect(tacit_load_shared(first, loaded.handle) == 0)
        nonisolated(unsafe) let handles = try (0..<10).map { _ in try #require(tacit_create()) }
        defer { for handle in handles { tacit_close(handle) } }
        for handle in handles { #expect(tacit_load_shared(handle, first) == 0) }
        #expect(tacit_close(first) == 0)
        let count = loaded.model.labels
        DispatchQueue.concurrentPerform(iterations: 10) { index in
            var logits = [Float](repeating: .nan, count: count)
            for _ in 0..<3 {
                #expect(tacit_classify_file(handles[index], path) == 0)
                #expect(tacit_logits(handles[index], &logits, count, nil) == 0)
                #expect(logits.map(\.bitPattern) == expected)
            }
        }
    }
}
