import Foundation
import TacitTestSupport
import Testing

/// Bases without an adapter: `embed` on token files gives the final norm's output at the last token.
@Suite struct TokenTests {
    static let bases = [
        "gemma3", "gpt-neo", "gpt-neox", "gpt-neox-sequential", "gpt2-gelu", "gpt2-odd", "gpt2-plain", "gpt2-sharded",
        "llama-biased", "llama-grouped", "llama-plain", "llama-wide-heads", "mistral", "opt", "qwen2", "qwen3",
    ]

    @Test(arguments: bases)
    func bareBases(name: String) throws {
        let base = GoldenCase.folder.appendingPathComponent("bases/\(name)").path
        try check(GoldenTokens(name: name), base: base)
    }

    /// What llama.cpp would have written, in every type of block of 32.
    @Test(arguments: ["gemma3", "gpt2", "gptneox", "llama", "qwen2", "qwen3"])
    func basesInOneFile(name: String) throws {
        let folder = GoldenCase.folder.appendingPathComponent("gguf")
        try check(
            GoldenTokens(name: name, folder: folder), base: folder.appendingPathComponent("\(name).gguf").path)
    }

    @Test(.enabled(if: TestPaths.hasData("tinystories-656k"), "TACIT_DATA has no tinystories-656k"))
    func tinyStories() throws {
        let base = TestPaths.data.appendingPathComponent("tinystories-656k").path
        try check(GoldenTokens(name: "tinystories-656k"), base: base)
    }

    @Test(
        .enabled(if: TestPaths.hasData("stories260k"), "TACIT_DATA has no stories260k"),
        .enabled(if: hasNumPy, "no Python with numpy and safetensors"))
    func stories260k() throws {
        let folder = try TemporaryFolder()
        let checkpoint = TestPaths.data.appendingPathComponent("stories260k/stories260K.bin").path
        let script = TestPaths.package.appendingPathComponent("tools/convert/llama2c_to_hf.py").path
        let outcome = try Self.python.run([script, checkpoint, folder.path("base")])
        #expect(outcome.status == 0, "\(outcome.standardError)")
        try check(GoldenTokens(name: "stories260k"), base: folder.path("base"))
    }

    /// An interpreter with numpy and safetensors: `PYTHON`, or the one that `tools/test` makes.
    private static let python: Executable = {
        let own = TestPaths.package.appendingPathComponent(".venv/bin/python").path
        let named = ProcessInfo.processInfo.environment["PYTHON"]
        return Executable(path: named ?? (FileManager.default.fileExists(atPath: own) ? own : "/usr/bin/python3"))
    }()

    private static let hasNumPy =
        (try? python.run(["-c", "import numpy, safetensors"]))?.status == 0

    private func check(_ golden: GoldenTokens, base: String) throws {
        for (weights, tolerance) in [("f32", Float(1e-4)), ("int8", 0.06), ("int4", 0.2)] {
            let model = try ConvertedModel(base: base, weights: weights)
            let lines = golden.ids.map { "[\($0)]\n" }.joined()
            let text = try model.folder.write("ids.jsonl", lines.utf8)
            let raw = try model.folder.write("ids.u16", golden.ids.flatMap { littleEndian(UInt16($0)) })
            let outcome = try Executable.tacit.run(["embed", "--json", model.path, text, raw])
            #expect(outcome.status == 0, "\(outcome.standardError)")
            let results = try ResultLine.lines(of: outcome)
            #expect(results.map(\.path) == [text, raw])
            #expect(results.allSatisfy { $0.span == nil })
            let embeddings = try results.map { try #require($0.embedding) }
            #expect(embeddings[0] == embeddings[1])
            let difference = relativeDifference(embeddings[0], golden.last)
            #expect(difference <= tolerance, "\(golden.name) \(weights)")

            let refused = try Executable.tacit.run(["classify", model.path, text])
            #expect(refused.status == 65)
            #expect(refused.errorLines == ["tacit: \(model.path): labels: the model has none, so it can only embed"])
        }
    }
}
