import Foundation
import TacitTestSupport
import Testing

/// A model whose numbers are too large to compute with says nothing, rather than the same of whatever it hears.
@Suite struct NumbersTooLargeTests {
    private static let reason = "the model's results are no numbers: its weights"

    /// An adapter's copy with one member of one of its files changed.
    private static func adapter(
        _ golden: GoldenCase, in folder: TemporaryFolder, _ file: String, _ change: (inout [String: Any]) -> Void
    ) throws -> String {
        let adapter = try folder.copy(golden.adapterFolder.path, as: "adapter")
        let settings = URL(fileURLWithPath: adapter).appendingPathComponent(file)
        let value = try JSONSerialization.jsonObject(with: Data(contentsOf: settings))
        var members = try #require(value as? [String: Any])
        change(&members)
        try JSONSerialization.data(withJSONObject: members).write(to: settings)
        return adapter
    }

    /// By a deviation that no sound has: what the front end makes of one is far beyond what the model was made for.
    @Test(arguments: ["gpt2-odd-logmel", "llama-grouped-logmel"], ["f32", "int8", "int4"])
    func nothingIsSaid(name: String, weights: String) throws {
        let golden = try GoldenCase(name: name)
        let folder = try TemporaryFolder()
        let adapter = try Self.adapter(golden, in: folder, "tacit.json") { members in
            var input = members["input"] as? [String: Any] ?? [:]
            input["std"] = 1e-25
            members["input"] = input
        }
        let model = try ConvertedModel(base: golden.baseFolder.path, adapter: adapter, weights: weights)
        let sound = golden.path(of: try #require(golden.sounds.max { $0.samples < $1.samples }))
        let reason = "\(sound): \(Self.reason), or this input, are too large to compute with"
        for command in ["classify", "embed"] {
            let outcome = try Executable.tacit.run([command, model.path, sound, "--json"])
            #expect(outcome.status == 65 && outcome.output.isEmpty)
            #expect(outcome.errorLines == ["tacit: \(reason)"])
        }
        let heard = try Executable.tacit.run(["listen", model.path, "--input", sound, "--json"])
        #expect(heard.status == 65 && heard.output.isEmpty && heard.errorLines.count == 1)
        #expect(heard.standardError.contains("the model's results are no numbers"))
    }

    /// By an adapter that is scaled far beyond what its weights were made for.
    @Test(arguments: ["gpt2-plain", "llama-plain"], ["f32", "int8", "int4"])
    func nothingIsWritten(name: String, weights: String) throws {
        let golden = try GoldenCase(name: name)
        let folder = try TemporaryFolder()
        let adapter = try Self.adapter(golden, in: folder, "adapter_config.json") { $0["lora_alpha"] = 1e25 }
        let output = folder.path("model.gguf")
        let outcome = try Executable.convert.run([
            "--base", golden.baseFolder.path, "--adapter", adapter, "--weights", weights, "-o", output, "--report",
            folder.path("report.json"),
        ])
        #expect(outcome.status == 65 && outcome.output.isEmpty)
        #expect(outcome.errorLines == ["tacit-convert: \(output): \(Self.reason) are too large to compute with"])
        #expect(try folder.names() == ["adapter"])
    }
}
