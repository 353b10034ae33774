import CTacitInterface
import Foundation
import TacitTestSupport
import Testing

/// Whatever a program does wrong gets a status and words, and the process lives on.
@Suite struct MisuseTests {
    private static let usage = Int32(TACIT_USAGE)
    private static let badData = Int32(TACIT_BAD_DATA)

    private func words(_ handle: OpaquePointer?) -> String { String(cString: tacit_error(handle)) }

    /// Every function on a handle that is none.
    private func expectRefusal(_ handle: OpaquePointer?, _ expected: String) {
        var (count, width, height) = (9, 9, 9)
        var rate: Int32 = 0
        var found: Int32 = 9
        var floats: [Float] = [1, 2]
        var bytes: [UInt8] = [1, 2, 3]
        var doubles = [0.0, 0.0]
        var label = tacit_label()
        var event = tacit_event()
        var model = tacit_model()
        model.size = MemoryLayout<tacit_model>.size
        var damage = tacit_damage()
        damage.size = MemoryLayout<tacit_damage>.size
        let statuses = [
            tacit_load(handle, "/bin/sh"), tacit_load_bytes(handle, bytes, 3), tacit_verify(handle),
            tacit_load_shared(handle, nil),
            tacit_describe(handle, &model), tacit_label_at(handle, 0, nil, nil), tacit_configure(handle, 0, 0),
            tacit_classify_file(handle, "/bin/sh"), tacit_classify_samples(handle, floats, 2, 0),
            tacit_classify_picture(handle, bytes, 1, 1, 3, 0), tacit_begin(handle, nil),
            tacit_begin_pictures(handle, nil, 0), tacit_push_picture(handle, bytes, 1, 1, 3, 0, -1),
            tacit_push(handle, floats, 2, &count), tacit_skip(handle, 1), tacit_finish(handle),
            tacit_next_event(handle, &event, &found), tacit_labels(handle, &label, 1, &width),
            tacit_scores(handle, &floats, 2, &height), tacit_logits(handle, &floats, 2, nil),
            tacit_embedding(handle, &floats, 2, nil),
            doubles.withUnsafeMutableBufferPointer { tacit_span(handle, $0.baseAddress, $0.baseAddress) },
            tacit_sound_open(handle, "/bin/sh", &rate), tacit_sound_read(handle, &floats, 2, nil),
            tacit_sound_damage(handle, &damage),
            tacit_picture_open(handle, "/bin/sh", nil, nil, nil),
            tacit_picture_decode(handle, bytes, 3, nil, nil, nil), tacit_picture_pixels(handle, &bytes, 3),
            tacit_load_labels(handle, "/bin/sh"), tacit_teach_file(handle, "x.labels", 1, "bell", "/bin/sh"),
            tacit_teach_samples(handle, "x.labels", 1, "bell", floats, 2, 0),
            tacit_teach_picture(handle, "x.labels", 1, "bell", bytes, 1, 1, 3, 0),
            tacit_forget(handle, "x.labels", "bell"), tacit_rename(handle, "x.labels", "bell", "horn"),
        ]
        #expect(statuses == Array(repeating: Self.usage, count: statuses.count))
        #expect(count == 0 && width == 0 && height == 0 && found == 0)
        #expect(floats == [1, 2] && bytes == [1, 2, 3])
        #expect(words(handle) == expected)
    }

    @Test func noHandle() {
        expectRefusal(nil, "the handle is NULL")
        #expect(tacit_close(nil) == 0)
    }

    @Test func aClosedHandle() throws {
        let model = try ConvertedModel(GoldenCase(name: "gpt2-plain"))
        let handle = try #require(tacit_create())
        #expect(tacit_load(handle, model.path) == 0)
        #expect(tacit_close(handle) == 0)
        expectRefusal(handle, "the handle is closed")
        #expect(tacit_close(handle) == Self.usage)
        expectRefusal(handle, "the handle is closed")
    }

    @Test func somethingElse() {
        var memory = [UInt64](repeating: 0x0123_4567_89ab_cdef, count: 8)
        memory.withUnsafeMutableBytes { bytes in
            expectRefusal(OpaquePointer(bytes.baseAddress!), "the pointer is not to a handle")
            expectRefusal(OpaquePointer(bytes.baseAddress! + 1), "the pointer is not to a handle")
        }
    }

    @Test func withoutAModel() throws {
        let handle = try #require(tacit_create())
        defer { tacit_close(handle) }
        #expect(words(handle) == "")
        let samples: [Float] = [0]
        var (count, found, rate) = (9, Int32(9), Int32(0))
        var event = tacit_event()
        for status in [
            tacit_verify(handle), tacit_classify_file(handle, "/bin/sh"), tacit_classify_samples(handle, samples, 1, 0),
            tacit_begin(handle, nil), tacit_label_at(handle, 0, nil, nil), tacit_next_event(handle, &event, &found),
        ] { #expect(status == Self.usage) }
        #expect(words(handle) == "no model is loaded")
        #expect(tacit_push(handle, samples, 1, &count) == Self.usage && count == 0)
        #expect(words(handle) == "no stream has begun")
        #expect(tacit_finish(handle) == Self.usage && tacit_skip(handle, 1) == Self.usage)
        #expect(tacit_labels(handle, nil, 0, &count) == Self.usage)
        #expect(words(handle) == "the model has said nothing yet")
        var room = samples
        #expect(tacit_sound_read(handle, &room, 1, &count) == Self.usage && words(handle) == "no sound is open")
        var pixels: [UInt8] = [0]
        #expect(tacit_picture_pixels(handle, &pixels, 1) == Self.usage && words(handle) == "no picture is decoded")
        // A call that goes well takes the words away.
        #expect(tacit_configure(handle, 0, 0) == 0 && words(handle) == "")
        rate = -1
        #expect(tacit_sound_open(handle, "/bin/sh", &rate) == Self.usage)
        rate = 0
        #expect(tacit_sound_open(handle, "/bin/sh", &rate) == Self.badData)
        #expect(tacit_sound_open(handle, "/bin/sh", nil) == Self.usage)
        #expect(tacit_sound_open(handle, nil, &rate) == Self.usage && words(handle) == "the path is NULL")
        #expect(tacit_sound_open(handle, "", &rate) == 66)
    }

    @Test func nullPointersAndSizes() throws {
        let model = try ConvertedModel(GoldenCase(name: "gpt2-plain"))
        let loaded = try Loaded(model.path)
        let handle = loaded.handle
        let huge = -1
        var count = 9
        #expect(tacit_classify_file(handle, nil) == Self.usage)
        #expect(tacit_describe(handle, nil) == Self.usage)
        var other = tacit_model()
        #expect(tacit_describe(handle, &other) == Self.usage && loaded.words.contains("the size of tacit_model is 0"))
        #expect(tacit_label_at(handle, loaded.model.labels, nil, nil) == Self.usage)
        #expect(tacit_label_at(handle, huge, nil, nil) == Self.usage)
        #expect(tacit_label_at(handle, 0, nil, nil) == 0)
        #expect(tacit_configure(handle, .nan, 0) == Self.usage && tacit_configure(handle, -1, 0) == Self.usage)
        #expect(tacit_configure(handle, 1e9, 0) == Self.usage && tacit_configure(handle, 0, 257) == Self.usage)
        #expect(tacit_configure(handle, 0, -1) == Self.usage)

        let samples = [Float](repeating: 0.1, count: 100)
        #expect(tacit_classify_samples(handle, nil, 5, 0) == Self.usage)
        #expect(tacit_classify_samples(handle, samples, huge, 0) == Self.usage)
        #expect(tacit_classify_samples(handle, samples, 0, 0) == Self.badData)
        #expect(tacit_classify_samples(handle, nil, 0, 0) == Self.badData)
        #expect(tacit_classify_samples(handle, samples, 100, -5) == Self.usage)
        #expect(tacit_classify_samples(handle, samples, 100, 1) == Self.badData)
        #expect(loaded.words.hasPrefix("a sample rate of 1 Hz can't be converted to "))
        let parts = loaded.words.split(separator: " ")
        let ends = parts.compactMap { Int32($0) }.suffix(2)
        for rate in ends {
            #expect(tacit_classify_samples(handle, samples, 100, rate) == 0, "\(rate)")
            let beyond = rate == ends.first ? rate - 1 : rate + 1
            #expect(tacit_classify_samples(handle, samples, 100, beyond) == Self.badData)
        }
        for bad in [Float.nan, .infinity, -.infinity, 1e30] {
            var spoilt = samples
            spoilt[7] = bad
            #expect(tacit_classify_samples(handle, spoilt, 100, 0) == Self.badData)
            #expect(loaded.words.hasPrefix("sample 7: "))
            try #require(tacit_begin(handle, nil) == 0)
            #expect(tacit_push(handle, spoilt, 100, &count) == Self.badData && count == 0)
        }
        #expect(tacit_scores(handle, nil, 0, &count) == Self.usage)

        #expect(tacit_classify_samples(handle, samples, 100, 0) == 0)
        var short = [Float](repeating: 7, count: loaded.model.labels - 1)
        #expect(tacit_scores(handle, &short, short.count, &count) == Self.usage && count == 0)
        #expect(short.allSatisfy { $0 == 7 })
        #expect(tacit_scores(handle, nil, 100, &count) == Self.usage)
        #expect(tacit_scores(handle, &short, huge, &count) == Self.usage)
        #expect(tacit_labels(handle, nil, 5, &count) == Self.usage)
        var label = tacit_label()
        #expect(tacit_labels(handle, &label, 1, nil) == Self.usage)
        #expect(tacit_labels(handle, nil, 0, &count) == 0 && count == 0)
        #expect(tacit_span(handle, nil, nil) == Self.usage)

        #expect(tacit_push(handle, samples, 100, nil) == Self.usage)
        #expect(tacit_push(handle, nil, 100, &count) == Self.usage)
        #expect(tacit_push(handle, samples, huge, &count) == Self.usage)
        #expect(tacit_push(handle, nil, 0, &count) == 0)
        #expect(tacit_skip(handle, huge) == Self.usage && tacit_skip(handle, 1 << 50) == Self.usage)
        // Time goes on, and not too far.
        var lost = 0
        while tacit_skip(handle, 1 << 46) == 0 { lost += 1 }
        #expect(lost > 10 && lost < 100 && loaded.words.hasSuffix("can't be lost"))
        #expect(tacit_push(handle, samples, 100, &count) == 0)
        #expect(tacit_finish(handle) == 0 && tacit_finish(handle) == 0)
        #expect(tacit_push(handle, samples, 100, &count) == Self.usage && loaded.words == "the stream is finished")
    }

    /// What is louder than full scale is sound; integers as they are are none.
    @Test func samplesThatAreIntegers() throws {
        let golden = try GoldenCase(name: "llama-plain")
        let model = try ConvertedModel(golden)
        let loaded = try Loaded(model.path)
        let handle = loaded.handle
        let labels = model.folder.path("my.labels")
        var samples = [Float](repeating: 0.1, count: 1200)
        var taken = 0
        try #require(tacit_begin(handle, nil) == 0)
        for loud in [1.5, -8, 64, -64] as [Float] {
            samples[7] = loud
            #expect(tacit_classify_samples(handle, samples, 1200, 0) == 0)
            #expect(tacit_push(handle, samples, 100, &taken) == 0 && taken == 100)
            #expect(tacit_teach_samples(handle, labels, 1, "bell", samples, 1200, 0) == 0)
        }
        samples[7] = -8000
        let words = "-8000.0, though samples run from -1 to 1: divide 16-bit integers by 32768"
        #expect(tacit_classify_samples(handle, samples, 1200, 0) == Self.badData)
        #expect(loaded.words == "sample 7: " + words)
        #expect(tacit_teach_samples(handle, labels, 1, "bell", samples, 1200, 0) == Self.badData)
        #expect(loaded.words == "sample 7: " + words)
        #expect(tacit_push(handle, samples, 100, &taken) == Self.badData && taken == 0)
        #expect(loaded.words == "sample 407: " + words)
    }

    @Test func anotherSense() throws {
        let sound = try ConvertedModel(GoldenCase(name: "gpt2-plain"))
        let hearing = try Loaded(sound.path)
        let pixels: [UInt8] = [1, 2, 3]
        #expect(tacit_classify_picture(hearing.handle, pixels, 1, 1, 3, 0) == Self.badData)
        #expect(hearing.words == "\(sound.path): input: the model takes sound, not images")
        let labels = sound.folder.path("my.labels")
        #expect(tacit_teach_picture(hearing.handle, labels, 1, "bell", pixels, 1, 1, 3, 0) == Self.badData)
        #expect(hearing.words.hasSuffix("the model takes sound, not images"))

        let golden = try GoldenImages(name: "llama-full-learned")
        let model = try ConvertedModel(base: golden.baseFolder.path, adapter: golden.adapterFolder.path)
        let seeing = try Loaded(model.path)
        let handle = seeing.handle
        for rate in [0, 16_000] as [Int32] {
            #expect(tacit_classify_samples(handle, [0, 0], 2, rate) == Self.badData)
            #expect(seeing.words == "\(model.path): input: the model takes images, not sound")
            #expect(tacit_teach_samples(handle, labels, 1, "bell", [0, 0], 2, rate) == Self.badData)
            #expect(seeing.words.hasSuffix("the model takes images, not sound"))
        }
        #expect(tacit_begin(handle, nil) == Self.badData)
        #expect(seeing.words.hasSuffix("the model takes images, not sound"))
        let sizes: [(Int, Int, Int, Int)] = [
            (0, 1, 3, 0), (1, 0, 3, 0), (0, 0, 1, 0), (-1, 1, 3, 0), (1, 1, 2, 0), (1, 1, 0, 0), (1, 1, 4, 0),
            (2, 1, 3, 5), (1, 1, 3, -9), (1 << 40, 1 << 40, 3, 0), (1 << 20, 1 << 20, 3, 0), (1, 2, 1, Int.max),
        ]
        for (width, height, channels, stride) in sizes {
            #expect(tacit_classify_picture(handle, pixels, width, height, channels, stride) == Self.badData)
            #expect(!seeing.words.isEmpty)
        }
        #expect(tacit_classify_picture(handle, pixels, 4, 4, 3, 11) == Self.badData)
        #expect(seeing.words == "rows 11 bytes apart, expected at least 12 or 0")
        for stride in [1 << 61, -1] {
            #expect(tacit_classify_picture(handle, pixels, 4, 4, 3, stride) == Self.badData)
            #expect(seeing.words.hasSuffix("too far for 4 of them: expected at most 2305843009213693951"))
        }
        #expect(tacit_classify_picture(handle, nil, 1, 1, 3, 0) == Self.usage)
        #expect(tacit_classify_picture(handle, pixels, 1, 1, 3, 0) == 0)
        var (width, height, channels) = (0, 0, 0)
        #expect(tacit_picture_decode(handle, nil, 0, &width, &height, &channels) == Self.badData)
        #expect(tacit_picture_decode(handle, pixels, 3, &width, &height, &channels) == Self.badData)
        #expect(tacit_picture_open(handle, "/nowhere.png", &width, &height, &channels) == 66)
        #expect(tacit_picture_open(handle, golden.path(of: golden.images[0]), nil, nil, nil) == Self.usage)
        var room: [UInt8] = [0]
        try #require(tacit_picture_open(handle, golden.path(of: golden.images[0]), &width, &height, &channels) == 0)
        #expect(tacit_picture_pixels(handle, &room, 1) == Self.usage)
        #expect(tacit_picture_pixels(handle, nil, 1 << 30) == Self.usage)
    }

    /// Standard input is the program's: "-" is a file, which is not there.
    @Test func aPathIsAFile() throws {
        let hearing = try ConvertedModel(GoldenCase(name: "gpt2-plain"))
        let sound = try Loaded(hearing.path)
        let images = try GoldenImages(name: "llama-full-learned")
        let model = try ConvertedModel(base: images.baseFolder.path, adapter: images.adapterFolder.path)
        let seeing = try Loaded(model.path)
        let labels = model.folder.path("my.labels")
        for loaded in [sound, seeing] {
            let handle = loaded.handle
            var (rate, width, height, channels) = (Int32(0), 0, 0, 0)
            for status in [
                tacit_classify_file(handle, "-"), tacit_teach_file(handle, labels, 1, "bell", "-"),
                tacit_sound_open(handle, "-", &rate), tacit_picture_open(handle, "-", &width, &height, &channels),
            ] { #expect(status == 66) }
            #expect(loaded.words.hasPrefix("./-: "))
        }
    }

    @Test func brokenModels() throws {
        let model = try ConvertedModel(GoldenCase(name: "gpt2-plain"), weights: "int8")
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: model.path)))
        let handle = try #require(tacit_create())
        defer { tacit_close(handle) }
        #expect(tacit_load(handle, "/nowhere.gguf") == 66)
        #expect(tacit_load(handle, "/") == 66)
        #expect(tacit_load(handle, nil) == Self.usage && tacit_load_bytes(handle, nil, 4) == Self.usage)
        #expect(tacit_load_bytes(handle, bytes, 0) == Self.badData)
        var random = RandomNumbers(seed: 5)
        for length in [1, 3, 4, 24, 100, 1000, bytes.count - 1] {
            #expect(tacit_load_bytes(handle, bytes, length) == Self.badData, "\(length) bytes")
            #expect(words(handle).hasPrefix("model: "))
        }
        // A failed load leaves no model behind.
        #expect(tacit_load_bytes(handle, bytes, bytes.count) == 0)
        #expect(tacit_load_bytes(handle, bytes, 100) == Self.badData)
        #expect(tacit_verify(handle) == Self.usage)
        // Any spoilt byte is told by the digests, if loading does not tell it.
        for _ in 0..<200 {
            var spoilt = bytes
            spoilt[Int(random.next() % UInt64(bytes.count))] ^= UInt8(1 << (random.next() % 8))
            let status = tacit_load_bytes(handle, spoilt, spoilt.count)
            #expect(status == Self.badData || status == 0 && tacit_verify(handle) == Self.badData)
        }
    }

    @Test func aHandleThatAnotherThreadUses() throws {
        let golden = try GoldenCase(name: "gpt2-plain")
        let model = try ConvertedModel(golden, weights: "int8")
        nonisolated(unsafe) let handle = try #require(tacit_create())
        defer { tacit_close(handle) }
        let path = golden.path(of: golden.sounds[0])
        #expect(tacit_load(handle, model.path) == 0)
        // Nothing to be said of how often they meet; but each call either went well or was refused.
        let statuses = Statuses()
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            for _ in 0..<20 { statuses.add(tacit_classify_file(handle, path)) }
        }
        #expect(statuses.all.allSatisfy { $0 == 0 || $0 == Self.usage } && statuses.all.count == 160)
        #expect(statuses.all.contains(0))
    }
}

/// Statuses from several threads.
final class Statuses: @unchecked Sendable {
    private let lock = NSLock()
    private var values: [Int32] = []
    var all: [Int32] { lock.withLock { values } }
    func add(_ status: Int32) { lock.withLock { values.append(status) } }
}
