import Foundation
import Tacit
import TacitTestSupport
import Testing

/// `import Tacit` gives what the command prints, to the last bit.
@Suite struct ListenerTests {
    /// An update without what differs from run to run.
    private static func line(_ update: StreamUpdate) -> String {
        switch update {
        case .labels(let heard):
            let span = heard.span ?? 0..<0
            return "\(heard.time) \(span.lowerBound) \(span.upperBound) \(heard.scores) \(heard.logits)"
        case .event(let event):
            return "\(event.isOn ? "on" : "off") \(event.label.name) \(event.label.score) \(event.time)"
        case .gap(let gap): return "gap \(gap.time) \(gap.lostSeconds) \(gap.reason)"
        case .broken(let error): return "\(error)"
        }
    }

    private static func line(_ line: ResultLine, _ labels: [String]) throws -> String {
        if line.type == "event" { return "\(line.state!) \(line.label!) \(line.score!) \(line.time!)" }
        let scores = try line.scores(of: labels).map { try #require($0) }
        return "\(line.time!) \(line.span![0]) \(line.span![1]) \(scores) \(line.logits!)"
    }

    private struct Setting {
        let golden: GoldenCase
        let converted: ConvertedModel
        let model: Model
        let sound: Sound
        let wave: String
        let settings: StreamSettings
        let expected: [String]

        init(_ name: String, rate: Int = 44_100) throws {
            golden = try GoldenCase(name: name)
            converted = try ConvertedModel(golden, weights: "int8")
            model = try Model(converted.path)
            let samples = Sounds.glide(samples: 3 * rate)
            wave = try converted.folder.write("a.wav", WaveFile.bytes(samples, rate: UInt32(rate)))
            sound = Sound(sampleRate: rate, samples: samples.map { Float($0) / 32768 })
            var settings = StreamSettings()
            settings.hop = 0.1
            settings.threshold = 0.3
            settings.onAfter = 0.15
            settings.offAfter = 0.1
            settings.smooth = 0.3
            self.settings = settings
            let lines = try ResultLine.lines(
                of: Executable.tacit.run([
                    "listen", converted.path, "--input", wave, "--hop", "0.1", "--threshold", "0.3", "--on-after",
                    "0.15",
                    "--off-after", "0.1", "--smooth", "0.3", "--json", "--logits", "--top", "0",
                ]))
            let labels = golden.labels
            expected = try lines.map { try ListenerTests.line($0, labels) }
            try #require(expected.count > 5)
        }
    }

    /// What a model says of its events holds in the library as it does in the command.
    @Test func eventsAsTheModelSays() throws {
        let golden = try GoldenCase(name: "llama-sliding")
        let converted = try ConvertedModel(
            base: golden.baseFolder.path, adapter: golden.adapterFolder.path, weights: "int8",
            events: ["smooth": 0.3, "on_after": 0.15, "off_after": 0.1, "off_below": 0.9])
        let samples = Sounds.glide(samples: 3 * golden.sampleRate)
        let wave = try converted.folder.write("a.wav", WaveFile.bytes(samples, rate: UInt32(golden.sampleRate)))
        func told(_ change: (inout StreamSettings) -> Void) throws -> [String] {
            var settings = StreamSettings()
            (settings.hop, settings.threshold) = (0.1, 0.3)
            change(&settings)
            var told: [String] = []
            try Listener(Model(converted.path), .file(wave), settings: settings).run { told.append(Self.line($0)) }
            return told
        }
        func expected(_ flags: [String]) throws -> [String] {
            let outcome = try Executable.tacit.run(
                ["listen", converted.path, "--input", wave, "--hop", "0.1", "--threshold", "0.3", "--json", "--logits"]
                    + ["--top", "0"] + flags)
            return try ResultLine.lines(of: outcome).map { try Self.line($0, golden.labels) }
        }
        let slow = try told { _ in }
        #expect(try slow == (expected([])))
        #expect(slow.contains { $0.hasPrefix("on ") })
        let quick = try told { ($0.smooth, $0.onAfter, $0.offAfter, $0.offBelow) = (0, 0, 0, 0.8) }
        let alike = try expected(["--smooth", "0", "--on-after", "0", "--off-after", "0", "--off-below", "0.8"])
        #expect(quick == alike)
        #expect(slow != quick)
    }

    @Test(arguments: ["gpt2-plain", "llama-sliding"])
    func closureSequenceAndPushesAgree(name: String) async throws {
        let setting = try Setting(name)
        for source in [Listener.Source.file(setting.wave), .sound(setting.sound)] {
            var told: [String] = []
            try Listener(setting.model, source, settings: setting.settings).run { told.append(Self.line($0)) }
            #expect(told == setting.expected)

            var awaited: [String] = []
            let listener = try Listener(setting.model, source, settings: setting.settings)
            for try await update in listener.updates { awaited.append(Self.line(update)) }
            #expect(awaited == setting.expected)
        }
        for chunk in [1, 1001, 1 << 20] {
            var pushed: [String] = []
            let stream = try SoundStream(
                setting.model, sampleRate: setting.sound.sampleRate, settings: setting.settings)
            for start in stride(from: 0, to: setting.sound.samples.count, by: chunk) {
                let part = Array(setting.sound.samples[start...].prefix(chunk))
                try stream.push(part) { pushed.append(Self.line($0)) }
            }
            try stream.finish { pushed.append(Self.line($0)) }
            #expect(pushed == setting.expected, "\(chunk) at once")
            #expect(throws: TacitError.self) { try stream.push([0]) { _ in } }
        }
    }

    @Test func filesSoundsAndEmbeddings() throws {
        let setting = try Setting("gpt2-sliding")
        let classifier = try Classifier(setting.model, threads: 2)
        let line = try ResultLine.lines(
            of: Executable.tacit.run(["classify", setting.converted.path, setting.wave, "--json", "--logits"]))[0]
        let embedding = try ResultLine.lines(
            of: Executable.tacit.run(["embed", setting.converted.path, setting.wave, "--json"]))[0].embedding
        for prediction in [
            try classifier.classify(setting.wave), try classifier.classify(setting.sound),
            try classifier.classify(Sound(setting.wave)),
            try classifier.classify(Sound(setting.wave, sampleRate: setting.golden.sampleRate)),
        ] {
            #expect(prediction.logits == line.logits && prediction.embedding == embedding)
            #expect(prediction.span.map { [$0.lowerBound, $0.upperBound] } == line.span)
            #expect(prediction.top(5).map(\.name) == line.labels?.map(\.label))
            #expect(prediction.top(5).map(\.score) == line.labels?.map(\.score))
        }
        #expect(try classifier.embedding(of: setting.wave) == embedding)
        #expect(try classifier.windows(of: setting.wave).count >= 1)
    }

    @Test func aGap() throws {
        let rate = try GoldenCase(name: "gpt2-plain").sampleRate
        let setting = try Setting("gpt2-plain", rate: rate)
        let stream = try SoundStream(setting.model, settings: setting.settings)
        var told: [StreamUpdate] = []
        let samples = setting.sound.samples
        try stream.push(Array(samples[..<(rate / 2)])) { told.append($0) }
        try stream.skip(samples: rate / 4) { told.append($0) }
        let gaps = told.compactMap { if case .gap(let gap) = $0 { gap } else { nil } }
        #expect(gaps.count == 1 && gaps[0].time == 0.75 && gaps[0].lostSeconds == 0.25 && gaps[0].reason == .lost)
        #expect(throws: TacitError.self) { try stream.skip(samples: -1) { _ in } }
    }

    private struct Enough: Error {}

    /// Each way to end early tells every event that is on to be off.
    @Test func aCleanStop() async throws {
        let setting = try Setting("gpt2-plain")
        var settings = setting.settings
        settings.threshold = 0.01
        settings.onAfter = 0
        settings.offAfter = 1000
        func balance(_ updates: [StreamUpdate]) -> Int {
            updates.reduce(0) { if case .event(let event) = $1 { $0 + (event.isOn ? 1 : -1) } else { $0 } }
        }
        let endless = Listener.Source.samples(sampleRate: 16_000) {
            { buffer in
                for index in buffer.indices { buffer[index] = index % 2 == 0 ? 0.3 : -0.3 }
                return buffer.count
            }
        }
        let stopped = try Listener(setting.model, endless, settings: settings)
        var told: [StreamUpdate] = []
        try stopped.run { update in
            told.append(update)
            if told.count == 20 { stopped.stop() }
        }
        #expect(told.count > 20 && balance(told) == 0)
        try stopped.run { _ in Issue.record("a stopped listener went on") }

        let thrown = try Listener(setting.model, endless, settings: settings)
        var count = 0
        #expect(throws: Enough.self) {
            try thrown.run { _ in
                count += 1
                if count == 7 { throw Enough() }
            }
        }
        #expect(count == 7)

        let cancelled = try Listener(setting.model, endless, settings: settings)
        let task = Task {
            var told: [StreamUpdate] = []
            for try await update in cancelled.updates {
                told.append(update)
                if told.count == 9 { withUnsafeCurrentTask { $0?.cancel() } }
            }
            return told
        }
        let heard = try await task.value
        #expect(heard.count > 9 && balance(heard) == 0)

        // A second reader is refused, and the first one goes on. What is over may be read anew.
        let shared = try Listener(setting.model, endless, settings: settings)
        var first = shared.updates.makeAsyncIterator()
        var update = try await first.next()
        #expect(update != nil)
        for _ in 0..<3 {
            await #expect(throws: TacitError.self) {
                for try await _ in shared.updates { Issue.record("two readers of one stream") }
            }
        }
        // More than wait in between.
        for _ in 0..<200 { update = try await first.next() }
        #expect(update != nil)
        let short = try Listener(setting.model, .sound(setting.sound), settings: setting.settings)
        for _ in 0..<2 {
            var again: [String] = []
            for try await update in short.updates { again.append(Self.line(update)) }
            #expect(again == setting.expected)
        }

        // Left: the stream's thread ends by itself, and what it held is let go.
        for _ in 0..<20 {
            let left = try Listener(setting.model, endless, settings: settings)
            for try await _ in left.updates { break }
        }
    }

    @Test func errors() async throws {
        let setting = try Setting("gpt2-plain")
        func kind(_ body: () async throws -> Void) async -> TacitError.Kind? {
            do { try await body() } catch { return (error as? TacitError)?.kind }
            return nil
        }
        #expect(await kind { _ = try Model("/nowhere.gguf") } == .noInput)
        #expect(await kind { _ = try Model(setting.wave) } == .badData)
        // Not standard input, which is the program's.
        #expect(await kind { _ = try Classifier(setting.model).classify("-") } == .noInput)
        #expect(await kind { _ = try Sound("-") } == .noInput)
        #expect(await kind { _ = try Picture("-") } == .noInput)
        for rate in [0, -1, .min, .max] {
            #expect(await kind { _ = try Sound(setting.wave, sampleRate: rate) } == .usage, "\(rate)")
        }
        #expect(await kind { try Listener(setting.model, .file("/nowhere.wav")).run { _ in } } == .noInput)
        #expect(
            await kind { for try await _ in try Listener(setting.model, .file("/nowhere.wav")).updates {} } == .noInput)
        #expect(
            await kind { try Listener(setting.model, .microphone("no-such-microphone")).run { _ in } }
                == .deviceUnavailable)
        var settings = StreamSettings()
        settings.threshold = 2
        #expect(await kind { _ = try Listener(setting.model, .file("a"), settings: settings) } == .usage)
        settings = StreamSettings()
        settings.only = ["no such label"]
        #expect(await kind { _ = try Listener(setting.model, .file("a"), settings: settings) } == .usage)
        #expect(await kind { _ = try Watcher(setting.model, .camera()) } == .badData)
        let bad = Listener.Source.samples(sampleRate: 16_000) { { $0.count + 1 } }
        #expect(await kind { try Listener(setting.model, bad).run { _ in } } == .usage)
        let noise = Listener.Source.samples(sampleRate: 16_000) {
            { buffer in
                buffer[0] = .nan
                return 1
            }
        }
        #expect(await kind { try Listener(setting.model, noise).run { _ in } } == .badData)
        let integers = Listener.Source.samples(sampleRate: 16_000) {
            { buffer in
                buffer[0] = 8000
                return 1
            }
        }
        #expect(await kind { try Listener(setting.model, integers).run { _ in } } == .badData)
        let classifier = try Classifier(setting.model)
        #expect(await kind { _ = try classifier.classify(Sound(sampleRate: 16_000, samples: [])) } == .badData)
        #expect(await kind { _ = try classifier.classify(Sound(sampleRate: 0, samples: [0])) } == .usage)
        let picture = try Picture(width: 1, height: 1, channels: 1, pixels: [0])
        #expect(await kind { _ = try classifier.classify(picture) } == .badData)
        #expect(await kind { _ = try Picture(width: 0, height: 1, channels: 1, pixels: []) } == .badData)
        #expect(await kind { _ = try Picture(width: 1, height: 1, channels: 3, pixels: [0]) } == .badData)
    }

    /// Ten threads, each with a listener and a classifier of its own, on one model.
    @Test func tenThreadsOneModel() async throws {
        let setting = try Setting("gpt2-plain")
        let (model, wave, settings) = (setting.model, setting.wave, setting.settings)
        let logits = try Classifier(model).classify(wave).logits
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<10 {
                group.addTask {
                    var told: [String] = []
                    for try await update in try Listener(model, .file(wave), settings: settings).updates {
                        told.append(Self.line(update))
                    }
                    return try told == setting.expected && Classifier(model).classify(wave).logits == logits
                }
            }
            for try await isSame in group { #expect(isSame) }
        }
    }
}
