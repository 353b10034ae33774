import CTacitInterface
import Foundation
import TacitTestSupport
import Testing

/// What a program gets through the C interface is what the command prints, to the last bit.
@Suite struct SameBitsTests {
    private func expected(_ model: ConvertedModel, _ path: String, _ labels: [String]) throws -> Loaded.Said {
        let line = try ResultLine.lines(
            of: Executable.tacit.run(["classify", model.path, path, "--json", "--logits", "--top", "0"]))[0]
        let embedding = try ResultLine.lines(of: Executable.tacit.run(["embed", model.path, path, "--json"]))[0]
        return try said(line, embedding: embedding.embedding, labels: labels)
    }

    private func decoded(_ handle: OpaquePointer, _ path: String, rate: Int32 = 0) throws -> ([Float], Int32) {
        var rate = rate
        try #require(tacit_sound_open(handle, path, &rate) == 0)
        var samples: [Float] = []
        var buffer = [Float](repeating: 0, count: 777)
        var count = 0
        repeat {
            try #require(tacit_sound_read(handle, &buffer, buffer.count, &count) == 0)
            samples += buffer[..<count]
        } while count > 0
        // It is closed now.
        #expect(tacit_sound_read(handle, &buffer, buffer.count, &count) == 64)
        return (samples, rate)
    }

    @Test(arguments: ["gpt2-plain", "gpt2-sliding", "llama-grouped-logmel", "gpt2-full-hidden"])
    func filesAndSamples(name: String) throws {
        let golden = try GoldenCase(name: name)
        let model = try ConvertedModel(golden, weights: "int8")
        let loaded = try Loaded(model.path)
        #expect(tacit_verify(loaded.handle) == 0)
        for sound in golden.sounds {
            let path = golden.path(of: sound)
            let expected = try expected(model, path, golden.labels)
            try #require(tacit_classify_file(loaded.handle, path) == 0, "\(loaded.words)")
            #expect(try loaded.said() == expected)
            // Decoded here, handed back as samples: at the file's own rate, which the interface converts, and at the
            // model's, converted on the way.
            for rate in [0, loaded.model.sample_rate] {
                let (samples, found) = try decoded(loaded.handle, path, rate: Int32(rate))
                try #require(tacit_classify_samples(loaded.handle, samples, samples.count, found) == 0)
                #expect(try loaded.said() == expected, "\(name), \(sound.file), \(rate) Hz")
            }
        }
    }

    @Test func modelFromBytes() throws {
        let golden = try GoldenCase(name: "gpt2-plain")
        let model = try ConvertedModel(golden, weights: "int4")
        let path = golden.path(of: golden.sounds[0])
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: model.path)))
        let loaded = try Loaded(model.path)
        #expect(tacit_classify_file(loaded.handle, path) == 0)
        let expected = try loaded.said()
        // An odd address: the bytes are copied to where they may lie.
        try ([0] + bytes).withUnsafeBytes {
            try #require(tacit_load_bytes(loaded.handle, $0.baseAddress! + 1, bytes.count) == 0)
        }
        #expect(tacit_verify(loaded.handle) == 0)
        #expect(tacit_classify_file(loaded.handle, path) == 0)
        #expect(try loaded.said() == expected)
    }

    @Test(arguments: [("gpt2-plain", 0.02), ("llama-sliding", 0.03), ("gpt2-odd-logmel", 0.05)])
    func streams(name: String, hop: Double) throws {
        let golden = try GoldenCase(name: name)
        let model = try ConvertedModel(golden, weights: "int8")
        let loaded = try Loaded(model.path)
        for rate in [golden.sampleRate, 44_100] {
            let integers = Sounds.glide(samples: 8 * loaded.model.window_samples * rate / golden.sampleRate + 123)
            let path = try model.folder.write("\(rate).wav", WaveFile.bytes(integers, rate: UInt32(rate)))
            let lines = try ResultLine.lines(
                of: Executable.tacit.run([
                    "listen", model.path, "--input", path, "--hop", "\(hop)", "--json", "--logits", "--top", "0",
                    "--threshold", "0.3", "--on-after", "0.05",
                ]))
            let expected = try lines.filter { $0.type == "labels" }.map {
                try said($0, embedding: nil, labels: golden.labels)
            }
            let expectedEvents = lines.filter { $0.type == "event" }.map {
                "\($0.state!) \($0.label!) \($0.score!) \($0.time!)"
            }
            #expect(expected.count > 3 && expectedEvents.count % 2 == 0)
            for chunk in [1, 160, 1_000_000] {
                var settings = tacit_stream_settings()
                settings.size = MemoryLayout<tacit_stream_settings>.size
                settings.sample_rate = Int32(rate)
                settings.hop = hop
                settings.threshold = 0.3
                settings.on_after = 0.05
                try #require(tacit_begin(loaded.handle, &settings) == 0, "\(loaded.words)")
                var heard: [Loaded.Said] = []
                var events: [String] = []
                try loaded.hear(integers.map { Float($0) / 32768 }, chunk: chunk) { said, found in
                    if var said {
                        said.embedding = []
                        heard.append(said)
                    }
                    events += found.map {
                        "\($0.is_on == 1 ? "on" : "off") \(String(cString: $0.label.name)) \($0.label.score) \($0.time)"
                    }
                }
                #expect(heard == expected, "\(name), \(rate) Hz, \(chunk) at once")
                #expect(events == expectedEvents, "\(name), \(rate) Hz, \(chunk) at once")
            }
        }
    }

    /// As `tacit watch` of raw frames: every one, or no more than one in so many seconds; times by the rate, or given.
    @Test(arguments: [0, 0.3], [true, false])
    func streamOfPictures(every: Double, isTimed: Bool) throws {
        let golden = try GoldenImages(name: "llama-full-learned")
        let model = try ConvertedModel(
            base: golden.baseFolder.path, adapter: golden.adapterFolder.path, weights: "int8")
        let loaded = try Loaded(model.path)
        let (width, height, rate) = (13, 9, 8.0)
        var random = RandomNumbers(seed: 5)
        let frames = (0..<40).map { index in
            // Each stays for a while, so that something holds.
            index % 5 == 0 ? (0..<width * height * 3).map { _ in UInt8.random(in: 0...255, using: &random) } : []
        }.reduce(into: [[UInt8]]()) { $0.append($1.isEmpty ? $0[$0.count - 1] : $1) }
        let path = try model.folder.write("frames", frames.flatMap { $0 })
        let lines = try ResultLine.lines(
            of: Executable.tacit.run(
                [
                    "watch", model.path, "--input", path, "--size", "\(width)x\(height)", "--format", "rgb24",
                    "--rate", "\(rate)", "--json", "--logits", "--top", "0", "--threshold", "0.4", "--smooth", "0.5",
                    "--on-after", "0.25",
                ] + (every > 0 ? ["--every", "\(every)"] : [])))
        let expected = try lines.filter { $0.type == "labels" }.map { line in
            var said = try said(line, embedding: nil, labels: golden.labels)
            said.span = [line.time, line.time].map { (($0 ?? .nan) * 1e9).rounded() }
            return said
        }
        let expectedEvents = lines.filter { $0.type == "event" }.map {
            "\($0.state!) \($0.label!) \($0.score!) \($0.time!)"
        }
        #expect(expected.count > 5 && !expectedEvents.isEmpty && expectedEvents.count % 2 == 0)

        var settings = tacit_stream_settings()
        settings.size = MemoryLayout<tacit_stream_settings>.size
        settings.hop = every
        settings.threshold = 0.4
        settings.smooth = 0.5
        settings.on_after = 0.25
        try #require(tacit_begin_pictures(loaded.handle, &settings, rate) == 0, "\(loaded.words)")
        var seen: [Loaded.Said] = []
        var events: [String] = []
        func take(_ status: Int32) throws {
            try #require(status <= 2, "\(loaded.words)")
            if status == TACIT_READING {
                var said = try loaded.said()
                said.embedding = []
                seen.append(said)
            }
            var event = tacit_event()
            var found: Int32 = 0
            while tacit_next_event(loaded.handle, &event, &found) == 0, found == 1 {
                let state = event.is_on == 1 ? "on" : "off"
                events.append("\(state) \(String(cString: event.label.name)) \(event.label.score) \(event.time)")
            }
        }
        for (index, frame) in frames.enumerated() {
            let time = isTimed ? Double(index) / rate : -1
            try take(tacit_push_picture(loaded.handle, frame, width, height, 3, 0, time))
        }
        try take(tacit_finish(loaded.handle))
        #expect(tacit_finish(loaded.handle) == 0)
        #expect(seen == expected)
        #expect(events == expectedEvents)
    }

    @Test func lostSamples() throws {
        let golden = try GoldenCase(name: "gpt2-plain")
        let model = try ConvertedModel(golden, weights: "int8")
        let loaded = try Loaded(model.path)
        let window = loaded.model.window_samples
        let samples = Sounds.glide(samples: window).map { Float($0) / 32768 }
        try #require(tacit_begin(loaded.handle, nil) == 0)
        var first: [Loaded.Said] = []
        try loaded.hear(samples, chunk: 100, finishes: false) { said, _ in said.map { first.append($0) } }
        try #require(tacit_skip(loaded.handle, 1000) == 0)
        var second: [Loaded.Said] = []
        try loaded.hear(samples, chunk: 100) { said, _ in said.map { second.append($0) } }
        // The model began anew, so it says the same, later.
        let rate = Double(golden.sampleRate)
        #expect(first.last?.logits == second.first?.logits && first.last?.span == [0, nanoseconds(window, rate)])
        #expect(second.first?.span == [nanoseconds(window + 1000, rate), nanoseconds(2 * window + 1000, rate)])
    }

    private func nanoseconds(_ samples: Int, _ rate: Double) -> Double { (Double(samples) / rate * 1e9).rounded() }

    @Test(arguments: ["gpt2-grey", "llama-full-learned"])
    func pictures(name: String) throws {
        let golden = try GoldenImages(name: name)
        let model = try ConvertedModel(
            base: golden.baseFolder.path, adapter: golden.adapterFolder.path, weights: "int8")
        let loaded = try Loaded(model.path)
        for image in golden.images {
            let path = golden.path(of: image)
            let expected = try expected(model, path, golden.labels)
            try #require(tacit_classify_file(loaded.handle, path) == 0)
            #expect(try loaded.said() == expected)

            var (width, height, channels) = (0, 0, 0)
            try #require(tacit_picture_open(loaded.handle, path, &width, &height, &channels) == 0)
            var pixels = [UInt8](repeating: 0, count: width * height * channels)
            try #require(tacit_picture_pixels(loaded.handle, &pixels, pixels.count) == 0)
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
            var size = [0, 0, 0]
            let status = size.withUnsafeMutableBufferPointer { size in
                let size = size.baseAddress!
                return tacit_picture_decode(loaded.handle, bytes, bytes.count, size, size + 1, size + 2)
            }
            #expect(status == 0 && size == [width, height, channels])
            var again = [UInt8](repeating: 0, count: pixels.count)
            try #require(tacit_picture_pixels(loaded.handle, &again, again.count) == 0)
            #expect(again == pixels)

            // With holes between the rows, and without.
            let row = width * channels
            let stride = row + 5
            var holed = [UInt8](repeating: 255, count: stride * height)
            for y in 0..<height {
                holed.replaceSubrange(y * stride..<y * stride + row, with: pixels[y * row..<(y + 1) * row])
            }
            try #require(tacit_classify_picture(loaded.handle, holed, width, height, channels, stride) == 0)
            #expect(try loaded.said() == expected)
            try #require(tacit_classify_picture(loaded.handle, pixels, width, height, channels, 0) == 0)
            #expect(try loaded.said() == expected)
        }
    }
}
