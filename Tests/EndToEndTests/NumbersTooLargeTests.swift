import Foundation
import TacitTestSupport
import Testing

/// A model whose numbers are too large to compute with says nothing, rather than the same of whatever it hears.
@Suite struct NumbersTooLargeTests {
    /// By an adapter that is scaled far beyond what its weights were made for.
    private static func model(
        _ golden: GoldenCase, scale: Double, weights: String
    ) throws -> ConvertedModel {
        let copies = try TemporaryFolder()
        let adapter = try copies.copy(golden.adapterFolder.path, as: "adapter")
        let settings = URL(fileURLWithPath: adapter).appendingPathComponent("adapter_config.json")
        let value = try JSONSerialization.jsonObject(with: Data(contentsOf: settings))
        var members = try #require(value as? [String: Any])
        members["lora_alpha"] = scale
        try JSONSerialization.data(withJSONObject: members).write(to: settings)
        return try ConvertedModel(base: golden.baseFolder.path, adapter: adapter, weights: weights)
    }

    @Test(arguments: ["gpt2-plain", "llama-plain"], ["f32", "int8", "int4"])
    func nothingIsSaid(name: String, weights: String) throws {
        let golden = try GoldenCase(name: name)
        let model = try Self.model(golden, scale: 1e25, weights: weights)
        let sound = golden.path(of: try #require(golden.sounds.max { $0.samples < $1.samples }))
        let reason =
            "\(sound): the model's results are no numbers: its weights, or this input, are too large to compute with"
        for command in ["classify", "embed"] {
            let outcome = try Executable.tacit.run([command, model.path, sound, "--json"])
            #expect(outcome.status == 65 && outcome.output.isEmpty)
            #expect(outcome.errorLines == ["tacit: \(reason)"])
        }
        let heard = try Executable.tacit.run(["listen", model.path, "--input", sound, "--json"])
        #expect(heard.status == 65 && heard.output.isEmpty && heard.errorLines.count == 1)
        #expect(heard.standardError.contains("the model's results are no numbers"))
    }
}
