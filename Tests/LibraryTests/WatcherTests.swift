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
    }
}
