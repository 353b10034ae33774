import Foundation
import Tacit
import TacitTestSupport
import Testing

/// Pictures through `import Tacit` give what the command prints, to the last bit.
@Suite struct WatcherTests {
    @Test(arguments: ["gpt2-grey", "llama-full-hidden"])
    func filesAndPictures(name: String) async throws {
        let golden = try GoldenImages(name: name)
        let converted = try ConvertedModel(base: golden.baseFolder.path, adapter: golden.adapterFolder.path)
        let model = try Model(converted.path)
        let folder = try TemporaryFolder()
        for image in golden.images { try folder.copy(golden.path(of: image), as: image.file) }
        try folder.write("zz-broken.png", [1, 2, 3])
        let outcome = try Executable.tacit.run(
            [
                "watch", converted.path, "--input", folder.path, "--json", "--logits", "--threshold", "0.2", "--rate",
                "5",
            ])
        let lines = try ResultLine.lines(of: outcome)
        let expected = lines.filter { $0.type == "labels" }
        #expect(expected.count == golden.images.count && outcome.status == 65)

        var settings = StreamSettings()
        settings.threshold = 0.2
        var (seen, events, broken): ([StreamUpdate.Labels], [String], [TacitError]) = ([], [], [])
        for try await update in try Watcher(model, .files(folder.path, rate: 5), settings: settings).updates {
            switch update {
            case .labels(let labels): seen.append(labels)
            case .event(let event):
                events.append("\(event.isOn ? "on" : "off") \(event.label.name) \(event.label.score) \(event.time)")
            case .broken(let error): broken.append(error)
            case .gap: Issue.record("a gap")
            }
        }
        #expect(seen.map(\.logits) == expected.map(\.logits))
        #expect(seen.map(\.time) == expected.map(\.time))
        #expect(seen.map { $0.frame?.index } == Array(0..<expected.count))
        #expect(
            events == lines.filter { $0.type == "event" }.map { "\($0.state!) \($0.label!) \($0.score!) \($0.time!)" })
        #expect(broken.count == 1 && outcome.errorLines.first?.hasSuffix(broken[0].description) == true)

        // Decoded here and handed over as pixels.
        let paths = golden.images.map { folder.path($0.file) }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let pictures = try paths.map { try Picture($0) }
        let source = Watcher.Source.pictures(rate: 5) {
            var rest = pictures[...]
            return { rest.popFirst() }
        }
        var own: [[Float]] = []
        try Watcher(model, source).run { if case .labels(let labels) = $0 { own.append(labels.logits) } }
        #expect(own == seen.map(\.logits))
        let classifier = try Classifier(model)
        #expect(try pictures.map { try classifier.classify($0).logits } == own)
        let encoded = try Data(contentsOf: URL(fileURLWithPath: paths[0]))
        let decoded = try encoded.withUnsafeBytes { try Picture(encoded: $0) }
        #expect(decoded.pixels == pictures[0].pixels)

        // The same again, pushed one by one.
        let stream = try PictureStream(model, rate: 5, settings: settings)
        var (pushed, pushedEvents): ([StreamUpdate.Labels], [String]) = ([], [])
        func take(_ update: StreamUpdate) {
            switch update {
            case .labels(let labels): pushed.append(labels)
            case .event(let event):
                pushedEvents.append(
                    "\(event.isOn ? "on" : "off") \(event.label.name) \(event.label.score) \(event.time)")
            case .broken, .gap: Issue.record("nothing is lost")
            }
        }
        for picture in pictures { try stream.push(picture, take) }
        #expect(pushed.map(\.logits) == own && pushed.map(\.time) == seen.map(\.time))
        try stream.finish(take)
        #expect(pushedEvents.filter { $0.hasPrefix("on") } == events.filter { $0.hasPrefix("on") })
        #expect(throws: TacitError.self) { try stream.push(pictures[0], take) }
    }

    @Test func motionJPEG() throws {
        let golden = try GoldenImages(name: "gpt2-grey")
        let converted = try ConvertedModel(base: golden.baseFolder.path, adapter: golden.adapterFolder.path)
        let picture = try Data(contentsOf: TestPaths.fixtures.appendingPathComponent("pictures/rgb.jpg"))
        let folder = try TemporaryFolder()
        let path = try folder.write("three.mjpeg", picture + picture + picture)
        let outcome = try Executable.tacit.run(
            ["watch", converted.path, "--input", path, "--json", "--logits", "--rate", "4"])
        let expected = try ResultLine.lines(of: outcome).filter { $0.type == "labels" }
        var seen: [StreamUpdate.Labels] = []
        try Watcher(Model(converted.path), .motionJPEG(path, rate: 4)).run {
            if case .labels(let labels) = $0 { seen.append(labels) }
        }
        #expect(seen.count == 3 && seen.map(\.logits) == expected.map(\.logits))
        #expect(seen.map(\.time) == expected.map(\.time))
    }

    @Test(arguments: [Double.nan, .infinity, 0, -1, 1e300])
    func onePictureInSoManySecondsThatNoOneWaits(every: Double) throws {
        let golden = try GoldenImages(name: "gpt2-grey")
        let converted = try ConvertedModel(base: golden.baseFolder.path, adapter: golden.adapterFolder.path)
        let model = try Model(converted.path)
        var settings = StreamSettings()
        settings.every = every
        for make in [
            { _ = try Watcher(model, .files("a"), settings: settings) },
            { _ = try PictureStream(model, settings: settings) },
        ] {
            #expect {
                try make()
            } throws: {
                ($0 as? TacitError)?.kind == .usage
            }
        }
    }

    /// Lost pictures are a gap, and the stream's time goes on by them.
    @Test func lostPictures() throws {
        let golden = try GoldenImages(name: "gpt2-grey")
        let converted = try ConvertedModel(base: golden.baseFolder.path, adapter: golden.adapterFolder.path)
        let stream = try PictureStream(Model(converted.path), rate: 10)
        let picture = try Picture(width: 2, height: 2, channels: 1, pixels: [0, 50, 100, 200])
        var told: [String] = []
        func take(_ update: StreamUpdate) {
            switch update {
            case .labels(let labels): told.append("\(labels.frame?.index ?? -1) at \(labels.time)")
            case .gap(let gap): told.append("\(gap.lostSeconds) lost up to \(gap.time)")
            case .event, .broken: break
            }
        }
        try stream.push(picture, take)
        try stream.skip(pictures: 3, take)
        try stream.push(picture, take)
        try stream.push(picture, at: 7.5, take)
        try stream.push(picture, take)
        #expect(throws: TacitError.self) { try stream.push(picture, at: 7.5, take) }
        #expect(told == ["0 at 0.0", "0.3 lost up to 0.4", "4 at 0.4", "5 at 7.5", "6 at 7.6"])
    }
}
