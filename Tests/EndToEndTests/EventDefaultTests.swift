import Foundation
import TacitTestSupport
import Testing

/// What a model says of its events is the default of `listen` and `watch`, and `show` tells it.
@Suite struct EventDefaultTests {
    private static let said = ["smooth": 0.03, "on_after": 0.01, "off_below": 0.95, "off_after": 0.02]
    private static let flags = ["--smooth", "0.03", "--on-after", "0.01", "--off-below", "0.95", "--off-after", "0.02"]
    private static let none = ["--smooth", "0", "--on-after", "0", "--off-below", "0.8", "--off-after", "0"]

    private func lines(_ outcome: Executable.Outcome) throws -> [String] {
        #expect(outcome.status == 0, "\(outcome.standardError)")
        let lines = outcome.outputLines.map(withoutClocks)
        try #require(lines.contains { $0.contains("\"state\":\"on\"") })
        return lines
    }

    @Test func listenTakesThemUnlessToldOtherwise() throws {
        let golden = try GoldenCase(name: "gpt2-sliding")
        let plain = try ConvertedModel(golden)
        let model = try ConvertedModel(
            base: golden.baseFolder.path, adapter: golden.adapterFolder.path, events: Self.said)
        let sound = try plain.folder.write(
            "a.wav", WaveFile.bytes(Sounds.glide(samples: 8000), rate: UInt32(golden.sampleRate)))
        let hop = Double(try ModelInput(model.path).strideSamples) / Double(golden.sampleRate)
        func listen(_ model: ConvertedModel, _ arguments: [String] = []) throws -> [String] {
            try lines(
                Executable.tacit.run(["listen", model.path, "--input", sound, "--json", "--hop", "\(hop)"] + arguments))
        }
        let (slow, quick) = (try listen(plain, Self.flags), try listen(plain))
        #expect(slow != quick)
        #expect(try listen(model) == slow)
        #expect(try listen(model, Self.none) == quick)
        // Each flag by itself.
        for index in stride(from: 0, to: 8, by: 2) {
            var flags = Self.flags
            flags[index + 1] = Self.none[index + 1]
            #expect(try listen(model, Array(flags[index...index + 1])) == (try listen(plain, flags)))
        }
    }

    @Test func watchTakesThemToo() throws {
        let golden = try GoldenImages(name: "llama-full-hidden")
        let plain = try ConvertedModel(base: golden.baseFolder.path, adapter: golden.adapterFolder.path)
        let model = try ConvertedModel(
            base: golden.baseFolder.path, adapter: golden.adapterFolder.path,
            events: ["smooth": 3, "on_after": 1, "off_below": 1, "off_after": 0])
        let folder = try TemporaryFolder()
        for (index, image) in (golden.images + golden.images).enumerated() {
            try folder.copy(golden.path(of: image), as: "\(index).png")
        }
        func watch(_ model: ConvertedModel, _ arguments: [String] = []) throws -> [String] {
            try lines(
                Executable.tacit.run(
                    ["watch", model.path, "--input", folder.path, "--json", "--rate", "1", "--threshold", "0.2"]
                        + arguments))
        }
        let slow = try watch(plain, ["--smooth", "3", "--on-after", "1", "--off-below", "1"])
        let quick = try watch(plain)
        #expect(slow != quick)
        #expect(try watch(model) == slow)
        #expect(try watch(model, Self.none) == quick)
    }

    @Test func showTellsThem() throws {
        let golden = try GoldenCase(name: "gpt2-sliding")
        func events(_ model: ConvertedModel) throws -> Any? {
            let outcome = try Executable.tacit.run(["show", "--json", model.path])
            return (try JSONSerialization.jsonObject(with: Data(outcome.standardOutput.utf8)) as? [String: Any])?[
                "events"]
        }
        let model = try ConvertedModel(
            base: golden.baseFolder.path, adapter: golden.adapterFolder.path, events: ["on_after": 1.5])
        #expect(
            try events(model) as? [String: Double] == ["smooth": 0, "on_after": 1.5, "off_below": 0.8, "off_after": 0])
        #expect(
            try Executable.tacit.run(["show", model.path]).standardOutput.contains(
                "events      scores over 0.0 s, on after 1.5 s, off after 0.0 s below 0.8 of the threshold\n"))
        // A model that says nothing has none to show, and its file is what it was before there were any.
        let plain = try ConvertedModel(golden)
        #expect(try events(plain) is NSNull)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: plain.path))
        #expect(bytes.range(of: Data("tacit.events".utf8)) == nil)
    }

    @Test func whatCanNotBeWithThemIsRefused() throws {
        let golden = try GoldenCase(name: "gpt2-sliding")
        let model = try ConvertedModel(
            base: golden.baseFolder.path, adapter: golden.adapterFolder.path, events: ["smooth": 600_000])
        let outcome = try Executable.tacit.run(
            ["listen", model.path, "--input", "-", "--json", "--hop", "0.01"], input: [])
        #expect(outcome.status == 64)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errorLines.count == 1 && outcome.standardError.contains("smoothing"))
    }
}
