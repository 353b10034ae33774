import CTacitInterface
import Foundation
import TacitTestSupport
import Testing

/// Labels taught by C: what comes of them is the command's, and a stream that runs takes them over.
@Suite struct TeachingTests {
    private let golden: GoldenCase
    private let model: ConvertedModel
    private let labels: String

    init() throws {
        golden = try GoldenCase(name: "llama-plain")
        model = try ConvertedModel(golden)
        labels = model.folder.path("my.labels")
    }

    private func samples(_ seed: UInt64) -> [Float] {
        Sounds.glide(samples: 1200, seed: seed).map { Float($0) / 32768 }
    }

    private func file(_ seed: UInt64) throws -> String {
        try model.folder.write(
            "\(seed).wav", WaveFile.bytes(Sounds.glide(samples: 1200, seed: seed), rate: UInt32(golden.sampleRate)))
    }

    @Test func theSameAsTheCommand() throws {
        let other = model.folder.path("command.labels")
        let loaded = try Loaded(model.path)
        for (purpose, flags, name, seed) in [
            (3, ["--background"], "", 1), (1, [], "bell", 2), (1, [], "bell", 3), (1, [], "horn", 4),
            (2, ["--not"], "bell", 5), (2, ["--not"], golden.labels[1], 6),
        ] as [(Int32, [String], String, UInt64)] {
            let path = try file(seed)
            let outcome = try Executable.tacit.run(
                ["learn", model.path] + flags + (name.isEmpty ? [] : [name]) + [path, "--labels", other])
            #expect(outcome.status == 0, "\(outcome.standardError)")
            // By the file and by its samples, in turns.
            let status =
                seed % 2 == 0
                ? tacit_teach_file(loaded.handle, labels, purpose, name, path)
                : tacit_teach_samples(loaded.handle, labels, purpose, name, samples(seed), 1200, 0)
            #expect(status == 0, "\(loaded.words)")
        }
        #expect(tacit_rename(loaded.handle, labels, "horn", "hoot") == 0)
        #expect(
            try Executable.tacit.run(["learn", model.path, "--rename", "horn", "hoot", "--labels", other]).status == 0)
        let bytes = try [labels, other].map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
        #expect(bytes[0] == bytes[1])

        #expect(tacit_load_labels(loaded.handle, labels) == 0)
        var description = tacit_model()
        description.size = MemoryLayout<tacit_model>.size
        #expect(tacit_describe(loaded.handle, &description) == 0)
        #expect(description.labels == golden.labels.count + 2)
        var name: UnsafePointer<CChar>?
        #expect(tacit_label_at(loaded.handle, golden.labels.count + 1, &name, nil) == 0)
        #expect(name.map { String(cString: $0) } == "hoot")
        let path = try file(7)
        #expect(tacit_classify_file(loaded.handle, path) == 0)
        var logits = [Float](repeating: .nan, count: description.labels)
        #expect(tacit_logits(loaded.handle, &logits, logits.count, nil) == 0)
        let command = try Executable.tacit.run([
            "classify", model.path, path, "--labels", other, "--json", "--logits", "--top", "0",
        ])
        #expect(try ResultLine.lines(of: command).first?.logits == logits)
        #expect(tacit_forget(loaded.handle, labels, "hoot") == 0)
        #expect(tacit_load_labels(loaded.handle, labels) == 0)
        #expect(tacit_describe(loaded.handle, &description) == 0)
        #expect(description.labels == golden.labels.count + 1)
    }

    /// The readings behind a correction are the corrected ones, those before it are not; a label that comes is one
    /// more.
    @Test func aStreamTakesOverWhatIsTaught() throws {
        let loaded = try Loaded(model.path)
        let teacher = try Loaded(model.path)
        #expect(tacit_teach_samples(teacher.handle, labels, 1, "bell", samples(2), 1200, 0) == 0)
        #expect(tacit_load_labels(loaded.handle, labels) == 0)
        let count = golden.labels.count + 1
        func reading() throws -> [Float] {
            var logits = [Float](repeating: .nan, count: count)
            #expect(tacit_logits(loaded.handle, &logits, count, nil) == 0)
            return logits
        }
        var settings = tacit_stream_settings()
        settings.size = MemoryLayout<tacit_stream_settings>.size
        settings.hop = 0.06
        #expect(tacit_begin(loaded.handle, &settings) == 0)
        // One window a push: each is a context of its own, so that the same sound gives the same reading.
        let window = Array(samples(9)[..<480])
        var taken = 0
        #expect(tacit_push(loaded.handle, window, 480, &taken) == Int32(TACIT_READING))
        let before = try reading()
        #expect(tacit_push(loaded.handle, window, 480, &taken) == Int32(TACIT_READING))
        #expect(try reading() == before)
        #expect(tacit_teach_samples(teacher.handle, labels, 2, "bell", samples(9), 1200, 0) == 0)
        #expect(tacit_load_labels(loaded.handle, labels) == 0)
        #expect(tacit_push(loaded.handle, window, 480, &taken) == Int32(TACIT_READING))
        let after = try reading()
        #expect(after.dropLast() == before.dropLast())
        #expect(after.last != before.last)
        #expect(tacit_teach_samples(teacher.handle, labels, 1, "horn", samples(4), 1200, 0) == 0)
        #expect(tacit_load_labels(loaded.handle, labels) == 0)
        #expect(tacit_push(loaded.handle, window, 480, &taken) == Int32(TACIT_READING))
        var logits = [Float](repeating: .nan, count: count + 1)
        var found = 0
        #expect(tacit_logits(loaded.handle, &logits, count + 1, &found) == 0 && found == count + 1)
        #expect(Array(logits[..<golden.labels.count]) == Array(after[..<golden.labels.count]))
        // What it was taught it hears, and that is on to the end.
        #expect(tacit_finish(loaded.handle) == Int32(TACIT_EVENTS))
    }

    /// A number belongs to one label while the stream lasts, and the end of every event is told.
    @Test func aStreamTellsOfLabelsThatGo() throws {
        let loaded = try Loaded(model.path)
        let teacher = try Loaded(model.path)
        let handle = loaded.handle
        let own = golden.labels.count
        func count() -> Int {
            var description = tacit_model()
            description.size = MemoryLayout<tacit_model>.size
            return tacit_describe(handle, &description) == 0 ? description.labels - own : -1
        }
        func events() -> [String] {
            var event = tacit_event()
            var found: Int32 = 0
            var told: [String] = []
            while tacit_next_event(handle, &event, &found) == 0, found == 1 {
                guard event.label.index >= own else { continue }
                let name = event.label.name.map { String(cString: $0) } ?? ""
                told.append("\(event.is_on == 1 ? "on" : "off") \(event.label.index - own) \(name)")
            }
            return told
        }
        #expect(tacit_teach_samples(teacher.handle, labels, 1, "bell", samples(2), 1200, 0) == 0)
        #expect(tacit_teach_samples(teacher.handle, labels, 1, "horn", samples(4), 1200, 0) == 0)
        #expect(tacit_load_labels(handle, labels) == 0)
        var settings = tacit_stream_settings()
        settings.size = MemoryLayout<tacit_stream_settings>.size
        settings.hop = 0.06
        // Whatever is there is on, and only what is not there is off.
        settings.threshold = 1e-30
        (settings.smooth, settings.on_after, settings.off_after) = (1e-9, 1e-9, 1e-9)
        #expect(tacit_begin(handle, &settings) == 0)
        let window = Array(samples(9)[..<480])
        var taken = 0
        #expect(tacit_push(handle, window, 480, &taken) == Int32(TACIT_READING))
        // They wait, whatever the handle is asked besides.
        #expect(tacit_classify_samples(handle, window, 480, 0) == 0)
        #expect(events() == ["on 0 bell", "on 1 horn"])

        #expect(tacit_forget(teacher.handle, labels, "bell") == 0)
        #expect(tacit_rename(teacher.handle, labels, "horn", "hoot") == 0)
        #expect(tacit_load_labels(handle, labels) == 0)
        #expect(count() == 3)
        #expect(tacit_push(handle, window, 480, &taken) == Int32(TACIT_READING))
        #expect(events() == ["off 0 bell", "off 1 horn", "on 2 hoot"])
        var scores = [Float](repeating: .nan, count: own + 3)
        var found = 0
        #expect(tacit_scores(handle, &scores, own + 3, &found) == 0 && found == own + 3)
        #expect(scores[own] < 1e-30 && scores[own + 1] < 1e-30 && scores[own + 2] > 1e-30)
        // What is asked of the handle besides has the same numbers.
        #expect(tacit_classify_samples(handle, window, 480, 0) == 0)
        #expect(tacit_scores(handle, &scores, own + 3, &found) == 0 && found == own + 3)
        #expect(scores[own] < 1e-30 && scores[own + 2] > 1e-30)

        // A push that brings no reading keeps what went for the one that does, or for the end.
        #expect(tacit_forget(teacher.handle, labels, "hoot") == 0)
        #expect(tacit_load_labels(handle, labels) == 0)
        #expect(tacit_push(handle, nil, 0, &taken) == 0)
        #expect(tacit_classify_samples(handle, window, 480, 0) == 0 && tacit_classify_file(handle, "/nowhere") == 66)
        #expect(tacit_finish(handle) == Int32(TACIT_EVENTS) && events() == ["off 2 hoot"])
        while tacit_finish(handle) != 0 { #expect(events().isEmpty) }
        // Nobody needs the empty places any more.
        #expect(tacit_load_labels(handle, labels) == 0)
        #expect(count() == 0)
    }

    /// There is no room for labels in a stream that began without any: it goes on as it was.
    @Test func aStreamWithoutLabelsStays() throws {
        let loaded = try Loaded(model.path)
        #expect(tacit_teach_samples(loaded.handle, labels, 1, "bell", samples(2), 1200, 0) == 0)
        #expect(tacit_begin(loaded.handle, nil) == 0)
        #expect(tacit_load_labels(loaded.handle, labels) == Int32(TACIT_USAGE))
        #expect(loaded.words == "the stream began without learned labels: finish it first")
        var taken = 0
        #expect(tacit_push(loaded.handle, samples(9), 100, &taken) == 0 && taken == 100)
        #expect(tacit_finish(loaded.handle) == 0)
        #expect(tacit_load_labels(loaded.handle, labels) == 0)
    }

    @Test func whatCanNotBe() throws {
        let loaded = try Loaded(model.path)
        let handle = loaded.handle
        let sound = samples(1)
        #expect(tacit_load_labels(handle, labels) == Int32(TACIT_NO_INPUT))
        #expect(tacit_load_labels(handle, model.path) == Int32(TACIT_BAD_DATA))
        #expect(tacit_teach_samples(handle, labels, 0, "bell", sound, 1200, 0) == Int32(TACIT_USAGE))
        #expect(tacit_teach_samples(handle, labels, 4, "bell", sound, 1200, 0) == Int32(TACIT_USAGE))
        #expect(tacit_teach_samples(handle, labels, 1, nil, sound, 1200, 0) == Int32(TACIT_USAGE))
        #expect(tacit_teach_samples(handle, labels, 1, "\u{ff}\u{1}", sound, 1200, 0) == Int32(TACIT_USAGE))
        #expect(tacit_teach_samples(handle, labels, 1, golden.labels[0], sound, 1200, 0) == Int32(TACIT_USAGE))
        #expect(tacit_teach_samples(handle, labels, 2, "bell", sound, 1200, 0) == Int32(TACIT_USAGE))
        #expect(tacit_teach_samples(handle, labels, 1, "bell", [.nan], 1, 0) == Int32(TACIT_BAD_DATA))
        #expect(tacit_teach_samples(handle, labels, 1, "bell", sound, 0, 0) == Int32(TACIT_BAD_DATA))
        #expect(
            tacit_teach_samples(handle, "/proc/none/x.labels", 1, "bell", sound, 1200, 0) == Int32(TACIT_CANNOT_CREATE))
        #expect(tacit_teach_picture(handle, labels, 1, "bell", [0, 0, 0], 1, 1, 3, 0) == Int32(TACIT_BAD_DATA))
        #expect(tacit_teach_file(handle, labels, 1, "bell", "none.wav") == Int32(TACIT_NO_INPUT))
        #expect(tacit_forget(handle, labels, "bell") == Int32(TACIT_USAGE))
        #expect(tacit_rename(handle, labels, "bell", "horn") == Int32(TACIT_USAGE))
        // Nothing of it made a file.
        #expect(!FileManager.default.fileExists(atPath: labels))
        // Labels of another model; what was loaded stays.
        #expect(tacit_teach_samples(handle, labels, 1, "bell", sound, 1200, 0) == Int32(TACIT_OK))
        let other = try ConvertedModel(golden, weights: "int8")
        let second = try Loaded(other.path)
        #expect(tacit_load_labels(second.handle, labels) == Int32(TACIT_BAD_DATA))
        #expect(second.words.contains("another model"))
        #expect(tacit_teach_samples(second.handle, labels, 1, "horn", sound, 1200, 0) == Int32(TACIT_BAD_DATA))
        #expect(tacit_classify_samples(second.handle, sound, 1200, 0) == Int32(TACIT_OK))
    }

    /// What a handle shares is what was loaded, whatever became of the files, and from then on each has its own.
    @Test func aSharedModel() throws {
        let loaded = try Loaded(model.path)
        let handle = loaded.handle
        #expect(tacit_teach_samples(handle, labels, 1, "bell", samples(2), 1200, 0) == 0)
        #expect(tacit_load_labels(handle, labels) == 0)
        let count = golden.labels.count + 1
        let sound = samples(9)
        func logits(_ handle: OpaquePointer?) -> [Float] {
            var logits = [Float](repeating: .nan, count: count)
            #expect(tacit_classify_samples(handle, sound, 1200, 0) == 0)
            #expect(tacit_logits(handle, &logits, count, nil) == 0)
            return logits
        }
        let before = logits(handle)
        try FileManager.default.removeItem(atPath: model.path)
        try FileManager.default.moveItem(atPath: labels, toPath: labels + ".old")
        let other = try #require(tacit_create())
        defer { tacit_close(other) }
        #expect(tacit_load_shared(other, handle) == 0)
        #expect(tacit_verify(other) == 0 && logits(other) == before)
        var name: UnsafePointer<CChar>?
        #expect(tacit_label_at(other, golden.labels.count, &name, nil) == 0)
        #expect(name.map { String(cString: $0) } == "bell")

        // What one takes over of the same file is not the other's, which has a stream.
        try FileManager.default.moveItem(atPath: labels + ".old", toPath: labels)
        #expect(tacit_begin(other, nil) == 0)
        #expect(tacit_teach_samples(handle, labels, 2, "bell", samples(9), 1200, 0) == 0)
        #expect(tacit_load_labels(handle, labels) == 0)
        #expect(logits(handle) != before && logits(other) == before)
        #expect(tacit_load_labels(other, labels) == 0)
        #expect(logits(other) == logits(handle))

        let third = try #require(tacit_create())
        #expect(tacit_load_shared(third, third) == Int32(TACIT_USAGE))
        #expect(tacit_load_shared(other, third) == Int32(TACIT_USAGE))
        #expect(String(cString: tacit_error(other)) == "no model is loaded")
        #expect(tacit_close(third) == 0)
        #expect(tacit_load_shared(other, third) == Int32(TACIT_USAGE))
        #expect(String(cString: tacit_error(other)) == "the handle to share with: the handle is closed")
        #expect(tacit_load_shared(other, nil) == Int32(TACIT_USAGE))
        // What can't be had takes nothing away.
        #expect(tacit_verify(other) == 0 && logits(other) == logits(handle))
        // The one that was shared is not needed any more.
        #expect(tacit_load_shared(other, handle) == 0)
        let after = logits(handle)
        #expect(tacit_load_bytes(handle, nil, 0) == Int32(TACIT_BAD_DATA) && logits(other) == after)
    }

    /// A name is the handle's until another model is loaded, and paths that only look alike are two.
    @Test func namesStayAndPathsAreBytes() throws {
        let loaded = try Loaded(model.path)
        let paths = ["caf\u{e9}.labels", "cafe\u{301}.labels"].map { model.folder.path($0) }
        for (path, name) in zip(paths, ["bell", "horn"]) {
            #expect(tacit_teach_samples(loaded.handle, path, 1, name, samples(2), 1200, 0) == 0)
        }
        var names: [UnsafePointer<CChar>?] = []
        for path in paths + paths {
            #expect(tacit_load_labels(loaded.handle, path) == 0)
            var name: UnsafePointer<CChar>?
            #expect(tacit_label_at(loaded.handle, golden.labels.count, &name, nil) == 0)
            names.append(name)
        }
        #expect(names.map { $0.map { String(cString: $0) } } == ["bell", "horn", "bell", "horn"])
        // No more of them than there are names.
        #expect(names[0] == names[2] && names[1] == names[3])
        #expect(tacit_label_at(loaded.handle, .max, nil, nil) == Int32(TACIT_USAGE))
        #expect(loaded.words.hasPrefix("label 9223372036854775807 of "))
        #expect(tacit_label_at(loaded.handle, -1, nil, nil) == Int32(TACIT_USAGE))
        #expect(loaded.words.hasPrefix("label 18446744073709551615 of "))
    }

    /// A stream of pictures, too, goes on where there are other labels.
    @Test func aStreamOfPicturesTakesOverItsLabels() throws {
        let golden = try GoldenImages(name: "llama-full-learned")
        let model = try ConvertedModel(
            base: golden.baseFolder.path, adapter: golden.adapterFolder.path, weights: "int8")
        let labels = model.folder.path("my.labels")
        let loaded = try Loaded(model.path)
        let pixels = [UInt8](repeating: 90, count: 48)
        for name in ["glass", "metal"] {
            #expect(tacit_teach_picture(loaded.handle, labels, 1, name, pixels, 4, 4, 3, 0) == 0, "\(loaded.words)")
            #expect(tacit_load_labels(loaded.handle, labels) == 0)
            if name == "glass" {
                #expect(tacit_begin_pictures(loaded.handle, nil, 0) == 0)
                #expect(tacit_push_picture(loaded.handle, pixels, 4, 4, 3, 0, -1) == Int32(TACIT_READING))
            }
        }
        #expect(tacit_push_picture(loaded.handle, pixels, 4, 4, 3, 0, -1) == Int32(TACIT_READING))
        var scores = [Float](repeating: .nan, count: loaded.model.labels + 2)
        var found = 0
        #expect(tacit_scores(loaded.handle, &scores, scores.count, &found) == 0 && found == scores.count)
    }
}
