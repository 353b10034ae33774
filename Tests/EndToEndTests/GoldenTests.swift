import Foundation
import TacitTestSupport
import Testing

/// From base and adapter to logits, scores and embeddings, against what transformers and PEFT compute in float32.
@Suite struct GoldenTests {
    static let names = [
        "gemma3", "gemma3-sinks", "gemma3-sliding", "gpt-neo", "gpt-neox-lora-bias", "gpt-neox-sequential",
        "gpt2-full-hidden", "gpt2-gelu-dora", "gpt2-odd-logmel", "gpt2-plain", "gpt2-sharded-patterns", "gpt2-sinks",
        "gpt2-sliding", "llama-biased-patterns", "llama-grouped-logmel", "llama-learned", "llama-lora-only-bias",
        "llama-plain", "llama-sinks", "llama-sliding", "llama-sliding-last-logmel", "llama-wide-heads-full",
        "mistral-ia3",
        "opt", "opt-ia3", "qwen2", "qwen3-dora",
    ]

    @Test(arguments: names)
    func float32(name: String) throws {
        let golden = try GoldenCase(name: name)
        let model = try ConvertedModel(golden, weights: "f32")
        for sound in golden.sounds {
            let run = try Run(model, golden, sound)
            for (found, expected) in zip(run.windows, sound.windows) { run.check(found, expected.reading, 1e-4) }
            run.check(run.mean, sound.mean, 1e-4)
            // The same numbers as scores, which the reference has made from its own logits.
            for (found, expected) in zip(run.windows + [run.mean], sound.windows.map(\.reading) + [sound.mean]) {
                let scores = try found.scores.map { try #require($0) }
                #expect(zip(scores, expected.scores).allSatisfy { abs($0 - $1) < 1e-3 })
            }
        }
    }

    /// Narrow trunks have two planes of levels: 0.06 and 0.45 are what one plane is allowed.
    @Test(arguments: names, [("int8", Float(0.005)), ("int4", 0.2)])
    func quantized(name: String, form: (weights: String, tolerance: Float)) throws {
        let golden = try GoldenCase(name: name)
        let model = try ConvertedModel(golden, weights: form.weights)
        for sound in golden.sounds {
            let run = try Run(model, golden, sound)
            for (found, expected) in zip(run.windows + [run.mean], sound.windows.map(\.reading) + [sound.mean]) {
                run.check(found, expected, form.tolerance)
            }
        }
    }
}

/// What all commands say about one sound of a golden case.
private struct Run {
    struct Found {
        let name: String
        let logits: [Float]
        let scores: [Float?]
        let embedding: [Float]
    }

    let windows: [Found]
    let mean: Found

    init(_ model: ConvertedModel, _ golden: GoldenCase, _ sound: GoldenCase.Sound) throws {
        let path = golden.path(of: sound)
        let hop = sound.hopSeconds.map { ["--hop", "\($0)"] } ?? []
        func lines(_ command: [String]) throws -> [ResultLine] {
            let outcome = try Executable.tacit.run(command + ["--json", model.path, path] + hop)
            #expect(outcome.status == 0, "\(outcome.standardError)")
            #expect(outcome.errors.isEmpty)
            let lines = try ResultLine.lines(of: outcome)
            #expect(lines.allSatisfy { $0.path == path })
            return lines
        }
        func found(_ name: String, _ classified: [ResultLine], _ embedded: [ResultLine]) throws -> [Found] {
            #expect(classified.count == embedded.count)
            return try zip(classified, embedded).map { classified, embedded in
                #expect(classified.span == embedded.span)
                let scores = try #require(classified.labels).map(\.score)
                #expect(scores == scores.sorted(by: >))
                return Found(
                    name: "\(golden.name) \(sound.file) \(name) \(classified.span ?? [])",
                    logits: try #require(classified.logits), scores: classified.scores(of: golden.labels),
                    embedding: try #require(embedded.embedding))
            }
        }
        let classify = ["classify", "--logits", "--top", "0"]
        let windowed = try lines(classify + ["--windows"])
        #expect(windowed.count == sound.windows.count)
        for (line, window) in zip(windowed, sound.windows) {
            let rate = Double(golden.sampleRate)
            let span = try #require(line.span)
            #expect(abs(span[0] - Double(window.start) / rate) < 1e-8)
            #expect(abs(span[1] - Double(window.end) / rate) < 1e-8)
        }
        windows = try found("window", windowed, lines(["embed", "--windows"]))
        mean = try #require(try found("mean", lines(classify), lines(["embed"])).first)
    }

    func check(_ found: Found, _ expected: GoldenCase.Reading, _ tolerance: Float) {
        let logits = relativeDifference(found.logits, expected.logits)
        #expect(logits <= tolerance, "\(found.name): logits")
        let embedding = relativeDifference(found.embedding, expected.embedding)
        #expect(embedding <= tolerance, "\(found.name): embedding")
    }
}
