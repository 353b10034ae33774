import Tacit
import TacitTestSupport
import Testing

/// Labels taught through `import Tacit`: streams that run take over those that come and go.
@Suite struct FollowingTests {
    private static func sound(_ seed: UInt64, _ golden: GoldenCase) -> Sound {
        Sound(
            sampleRate: golden.sampleRate,
            samples: Sounds.glide(samples: 1200, seed: seed).map { Float($0) / 32768 })
    }

    /// Whatever is there is on, and only what is not there is off.
    private static var settings: StreamSettings {
        var settings = StreamSettings()
        (settings.hop, settings.threshold) = (0.06, 1e-30)
        return settings
    }

    /// What a stream tells of learned labels, while one comes and one goes.
    private final class Story {
        private let own: Int
        private let come: () throws -> Void
        private let go: () throws -> Void
        private let stop: () -> Void
        private(set) var counts: [Int] = []
        private(set) var events: [String] = []

        init(own: Int, come: @escaping () throws -> Void, go: @escaping () throws -> Void, stop: @escaping () -> Void) {
            self.own = own
            self.come = come
            self.go = go
            self.stop = stop
        }

        func take(_ update: StreamUpdate) throws {
            switch update {
            case .labels(let said):
                counts.append(said.scores.count - own)
                if counts.count == 3 { try come() }
                if counts.count == 20 { try go() }
                if counts.count == 40 { stop() }
            case .event(let event):
                if event.label.index >= own { events.append("\(event.isOn ? "on" : "off") \(event.label.name)") }
            case .gap, .broken: Issue.record("nothing is lost")
            }
        }
    }

    @Test func aListenerTakesOverWhatComesAndGoes() throws {
        let golden = try GoldenCase(name: "llama-plain")
        let converted = try ConvertedModel(golden)
        let labels = converted.folder.path("my.labels")
        let model = try Model(converted.path)
        let teacher = try Teacher(model, labels: labels)
        try teacher.teach(.label("bell"), Self.sound(2, golden))
        #expect(try model.following(labels) == nil)
        // In words of no command's.
        let none = converted.folder.path("none.labels")
        let error = try #require(thrown(TacitError.self) { try Model(model, labels: none) })
        #expect(error.kind == .noInput && error.description == "\(none): there is no such file")
        let taught = try Model(model, labels: labels)
        let window = Array(Self.sound(9, golden).samples[..<480])
        let source = Listener.Source.samples(sampleRate: golden.sampleRate) {
            { buffer in
                let count = min(window.count, buffer.count)
                for index in 0..<count { buffer[index] = window[index] }
                return count
            }
        }
        let listener = try Listener(taught, source, settings: Self.settings)
        var next: Model?
        let story = Story(own: golden.labels.count) {
            try teacher.teach(.label("horn"), Self.sound(4, golden))
            #expect(try !taught.reloadLabels())
            next = try taught.following(labels)
        } go: {
            try teacher.forget("bell")
            next = try taught.following(labels)
        } stop: {
            listener.stop()
        }
        try listener.run { try story.take($0) }
        #expect(story.counts.prefix(3) == [1, 1, 1] && story.counts.last == 2)
        #expect(story.events == ["on bell", "on horn", "off bell", "off horn"])
        // The places stay for as long as the model does.
        let latest = try #require(next)
        #expect(latest.labels == golden.labels + ["bell", "horn"])
        let scores = try Classifier(latest).classify(Self.sound(4, golden)).scores
        #expect(scores[golden.labels.count] < 1e-30 && scores[golden.labels.count + 1] > 1e-30)
        #expect(throws: TacitError.self) { _ = try Classifier(taught) }
        #expect(try Model(model, labels: labels).labels == golden.labels + ["horn"])
    }

    @Test func aWatcherTakesOverWhatComesAndGoes() throws {
        let golden = try GoldenImages(name: "llama-full-learned")
        let converted = try ConvertedModel(base: golden.baseFolder.path, adapter: golden.adapterFolder.path)
        let labels = converted.folder.path("my.labels")
        let model = try Model(converted.path)
        let picture = try Picture(width: 4, height: 4, channels: 3, pixels: [UInt8](repeating: 90, count: 48))
        let teacher = try Teacher(model, labels: labels)
        try teacher.teach(.label("glass"), picture)
        let taught = try Model(model, labels: labels)
        let watcher = try Watcher(taught, .pictures(rate: 5) { { picture } }, settings: Self.settings)
        let story = Story(own: model.labels.count) {
            try teacher.teach(.label("metal"), picture)
            _ = try taught.following(labels)
        } go: {
            try teacher.forget("glass")
            _ = try taught.following(labels)
        } stop: {
            watcher.stop()
        }
        try watcher.run { try story.take($0) }
        #expect(story.counts.prefix(3) == [1, 1, 1] && story.counts.last == 2)
        #expect(story.events == ["on glass", "on metal", "off glass", "off metal"])
    }
}
