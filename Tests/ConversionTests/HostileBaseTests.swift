import Foundation
import TacitDiagnostics
import TacitModelFile
import Testing

/// Broken, hostile and unsupported bases: each with its line.
@Suite struct HostileBaseTests {
    struct ConfigCase: Sendable, CustomTestStringConvertible {
        let key: String
        let json: String
        let line: String
        var testDescription: String { "\(key): \(json)" }
    }

    private func check(
        _ name: String, _ cases: [ConfigCase], _ before: (inout [String: Any]) -> Void = { _ in }
    ) throws {
        for example in cases {
            let bench = try Workbench(name)
            let value = try JSONSerialization.jsonObject(with: Data(example.json.utf8), options: .fragmentsAllowed)
            try bench.edit("base/config.json") {
                before(&$0)
                $0[example.key] = value
            }
            let failure = bench.failure(withAdapter: false)
            #expect(failure?.kind == .badData, "\(example.testDescription)")
            #expect(failure?.line == "base/config.json: " + example.line)
        }
    }

    @Test func gpt2Variants() throws {
        try check(
            "gpt2-plain",
            [
                .init(
                    key: "model_type", json: "\"mamba\"",
                    line:
                        "model_type: mamba is not supported, only gpt2, llama, qwen2, qwen3, gpt_neox, gemma3_text, "
                        + "opt, mistral, gpt_neo"),
                .init(key: "model_type", json: "7", line: "model_type: expected a string, found a number"),
                .init(
                    key: "activation_function", json: "\"quick_gelu\"",
                    line: "activation_function: quick_gelu is not supported, only gelu_new, gelu, silu, relu"),
                .init(
                    key: "scale_attn_by_inverse_layer_idx", json: "true",
                    line: "scale_attn_by_inverse_layer_idx: true is not supported"),
                .init(
                    key: "num_attention_heads", json: "2",
                    line: "num_attention_heads: 2, but n_head, which means the same, is 4"),
                .init(key: "n_head", json: "5", line: "n_head: 5 heads do not divide a width of 32"),
                .init(key: "n_layer", json: "0", line: "n_layer: expected a positive integer, found 0"),
                .init(key: "n_layer", json: "2.5", line: "n_layer: expected an integer, found a number"),
                .init(key: "n_layer", json: "100000", line: "n_layer: at most 1024"),
                .init(key: "n_embd", json: "2000000000", line: "n_embd: at most 65536"),
                .init(
                    key: "quantization_config", json: "{\"bits\": 4}",
                    line: "quantization_config: quantized bases are not supported"),
            ])
    }

    @Test func llamaVariants() throws {
        try check(
            "llama-grouped-logmel",
            [
                .init(
                    key: "hidden_act", json: "\"mish\"",
                    line: "hidden_act: mish is not supported, only gelu_new, gelu, silu, relu"),
                .init(
                    key: "rope_scaling", json: "{\"rope_type\": \"yarn\", \"factor\": 2}",
                    line: "rope_scaling.rope_type: yarn is not one of default, linear, llama3"),
                .init(
                    key: "rope_parameters", json: "{\"rope_type\": \"linear\"}",
                    line: "rope_parameters.factor: missing"),
                .init(
                    key: "rope_parameters", json: "{\"rope_type\": \"default\", \"mystery\": 1}",
                    line: "rope_parameters.mystery: unknown key"),
                .init(
                    key: "partial_rotary_factor", json: "0.5",
                    line: "partial_rotary_factor: 0.5 is not supported, only 1"),
                .init(key: "num_key_value_heads", json: "4", line: "num_key_value_heads: 4 does not divide 6 heads"),
                .init(
                    key: "head_dim", json: "9",
                    line: "head_dim: expected an even number, all heads together at most 65536"),
            ])
    }

    @Test func gptNeoVariants() throws {
        let line = "attention_layers: expected global or local for each of 3 layers"
        try check(
            "gpt-neo",
            [
                .init(key: "attention_layers", json: "[\"global\", \"local\"]", line: line),
                .init(key: "attention_layers", json: "[\"global\", \"local\", \"near\"]", line: line),
                .init(
                    key: "attention_layers", json: "[1, 2, 3]",
                    line: "attention_layers: expected an array of strings, found an array"),
            ])
    }

    @Test func layersOfTheirOwn() throws {
        try check(
            "llama-grouped-logmel",
            [
                .init(
                    key: "per_layer_config", json: "{\"1\": {\"hidden_act\": \"relu\"}}",
                    line: "per_layer_config: layers with settings of their own are not supported"),
                .init(
                    key: "original_max_position_embeddings", json: "\"8\"",
                    line: "original_max_position_embeddings: expected an integer, found a string"),
            ]
        ) { $0["rope_parameters"] = Self.llama3 }
        try check(
            "mistral-ia3",
            [
                .init(
                    key: "layer_types", json: "[\"sliding_attention\"]",
                    line: "layer_types: expected one a layer, 2, found 1")
            ])
        try check(
            "gpt-neox-sequential",
            [.init(key: "head_dim", json: "2", line: "head_dim: 2 is not supported, only 16, the width of a head")])
        try check(
            "gemma3",
            [
                .init(
                    key: "rope_scaling", json: "{\"type\": \"linear\", \"factor\": 2}",
                    line: "rope_scaling.type: expected rope_type in its place")
            ])
    }

    private static var llama3: [String: Any] {
        [
            "rope_type": "llama3", "rope_theta": 10000, "factor": 8, "low_freq_factor": 1, "high_freq_factor": 4,
            "original_max_position_embeddings": 16,
        ]
    }

    private static func frequencies(_ path: String) throws -> [Float] {
        let file = try ModelFile(path: path)
        return try withExtendedLifetime(file) { try Array(file.vector(TensorName.rotaryFrequencies)) }
    }

    /// At the top level the first training's positions come before those among the scaling's settings.
    @Test func positionsOfTheFirstTraining() throws {
        func frequencies(_ change: (inout [String: Any]) -> Void) throws -> [Float] {
            let bench = try Workbench("llama-plain")
            try bench.edit("base/config.json") {
                $0["rope_parameters"] = Self.llama3
                change(&$0)
            }
            try bench.convert(.f32, withAdapter: false)
            return try Self.frequencies(bench.output)
        }
        var settings = Self.llama3
        settings["original_max_position_embeddings"] = 40
        let expected = try frequencies { $0["rope_parameters"] = settings }
        #expect(try frequencies { $0["original_max_position_embeddings"] = 40 } == expected)
        #expect(try frequencies { _ in } != expected)
    }

    @Test func rotationsThatAreNotFinite() throws {
        let reason = "makes a rotary frequency that is not finite"
        func llama3(_ factor: String) -> String {
            "{\"rope_type\": \"llama3\", \"factor\": \(factor), \"low_freq_factor\": 1, \"high_freq_factor\": 4}"
        }
        try check(
            "llama-plain",
            [
                .init(key: "rope_theta", json: "1e-60", line: "rope_theta: 1e-60 \(reason)"),
                .init(
                    key: "rope_parameters", json: "{\"rope_theta\": 1e-60}",
                    line: "rope_parameters.rope_theta: 1e-60 \(reason)"),
                .init(
                    key: "rope_scaling", json: "{\"rope_type\": \"linear\", \"factor\": 1e-50}",
                    line: "rope_scaling.factor: \(reason)"),
                .init(key: "rope_scaling", json: llama3("1e-50"), line: "rope_scaling.factor: \(reason)"),
            ])
        try check(
            "gemma3",
            [
                .init(
                    key: "rope_parameters", json: "{\"sliding_attention\": {\"rope_theta\": 1e-60}}",
                    line: "rope_parameters.sliding_attention.rope_theta: 1e-60 \(reason)"),
                .init(
                    key: "rope_parameters",
                    json: "{\"full_attention\": {\"rope_type\": \"linear\", \"factor\": 1e-50}}",
                    line: "rope_parameters.full_attention.factor: \(reason)"),
            ])
    }

    /// Finite as they are stored, and not once they are scaled by the root of the width.
    @Test func tokensThatScaleBeyondFloats() throws {
        let bench = try Workbench("gemma3")
        let (name, scale) = ("model.embed_tokens.weight", Float(Double(24).squareRoot()))
        try bench.edit(tensors: "base/model.safetensors") { header, data in
            var tensor = header[name] as? [String: Any] ?? [:]
            tensor["dtype"] = "BF16"
            header[name] = tensor
            let first = (tensor["data_offsets"] as? [Int])?.first ?? 0
            data.replaceSubrange(data.startIndex + first..<data.startIndex + first + 2, with: [0x7f, 0x7f])
        }
        #expect(
            bench.failure(withAdapter: false)?.line
                == "base/model.safetensors: \(name): times \(scale) holds a number that is not finite")
    }

    /// A base that lacks layers is told of before an adapter that lacks their part.
    @Test func aBaseThatLacksLayers() throws {
        let bench = try Workbench("llama-plain")
        try bench.edit("base/config.json") { $0["num_hidden_layers"] = 4 }
        let failure = bench.failure()
        #expect(failure?.kind == .badData)
        #expect(
            failure?.line == "base/model.safetensors: layers.2.input_layernorm.weight: the tensor is missing")
    }

    /// Mistral with a list of layers is what transformers calls Ministral.
    @Test func localLayersThatAreListed() throws {
        let bench = try Workbench("mistral-ia3")
        try bench.edit("base/config.json") { $0["layer_types"] = ["full_attention", "sliding_attention"] }
        try bench.convert(.f32, withAdapter: false)
        #expect(try ModelFile(path: bench.output).description.trunk.localWindows == [0, 6])
    }

    /// Gemma's older settings of the rotation are written over the newer ones, not put in their place.
    @Test func bothSettingsOfARotation() throws {
        func frequencies(_ theta: Int, _ scaling: [String: Any]?) throws -> [Float] {
            let bench = try Workbench("gemma3")
            try bench.edit("base/config.json") {
                $0["rope_parameters"] = [
                    "full_attention": ["rope_type": "default", "rope_theta": theta] as [String: Any],
                    "sliding_attention": ["rope_type": "default", "rope_theta": 7] as [String: Any],
                ]
                $0["rope_scaling"] = scaling
            }
            try bench.convert(.f32, withAdapter: false)
            return try Self.frequencies(bench.output)
        }
        let plain = try frequencies(123, nil)
        let scaled = try frequencies(123, ["rope_type": "linear", "factor": 8])
        #expect(scaled == plain.map { $0 / 8 })
    }

    /// A base that attends both ways, as models of embeddings do, wants an adapter that does.
    @Test func aBaseThatAttendsBothWays() throws {
        let line = "base/config.json: is_causal: false is not supported, but with an adapter whose attention is full"
        for (name, withAdapter) in [("llama-plain", false), ("llama-plain", true), ("llama-wide-heads-full", false)] {
            let bench = try Workbench(name)
            try bench.edit("base/config.json") { $0["is_causal"] = false }
            let failure = bench.failure(withAdapter: withAdapter)
            #expect(failure?.kind == .badData)
            #expect(failure?.line == line)
        }
        for name in ["llama-wide-heads-full", "gpt-neo"] {
            let bench = try Workbench(name)
            try bench.edit("base/config.json") { $0["is_causal"] = false }
            #expect(bench.failure(withAdapter: name != "gpt-neo") == nil)
        }
    }

    /// Numbers that are none are told by themselves.
    @Test(arguments: ["NaN", "-Infinity"])
    func noNumber(text: String) throws {
        let bench = try Workbench("llama-plain")
        var config = String(decoding: try bench.read("base/config.json"), as: UTF8.self)
        config.replace(#/"rms_norm_eps": *[^,}]*/#, with: "\"rms_norm_eps\": \(text)")
        try bench.write("base/config.json", Data(config.utf8))
        #expect(
            bench.failure()?.line == "base/config.json: rms_norm_eps: expected a number, found \(text)")
    }

    @Test func shapesThatDisagreeWithTheConfiguration() throws {
        let bench = try Workbench("gpt2-plain")
        try bench.edit("base/config.json") { $0["n_inner"] = 64 }
        #expect(
            bench.failure(withAdapter: false)?.line
                == "base/model.safetensors: h.0.mlp.c_fc.weight: shape [32, 128], expected [32, 64]")
        try bench.edit("base/config.json") {
            $0["n_inner"] = nil
            $0["n_layer"] = 1
        }
        #expect(
            bench.failure(withAdapter: false)?.line
                == "base/model.safetensors: h.1.attn.c_attn.bias: this gpt2 model has no such tensor")
        try bench.edit("base/config.json") { $0["n_layer"] = 3 }
        #expect(
            bench.failure(withAdapter: false)?.line
                == "base/model.safetensors: h.2.ln_1.weight: the tensor is missing")
        try bench.edit("base/config.json") {
            $0["n_layer"] = 2
            $0["vocab_size"] = 2_000_000_000
        }
        #expect(
            bench.failure(withAdapter: false)?.line
                == "base/model.safetensors: input.vocabulary: expected 1 to 1048576, found 2000000000")
    }

    @Test func textThatIsNoConfiguration() throws {
        let deep = String(repeating: "[", count: 100_000)
        for (text, reason) in [
            ("", "the file is empty"), ("{", "byte 1: invalid JSON: expected a member's name"),
            ("[]", "expected an object"), ("{} x", "byte 3: invalid JSON: unexpected text after the document"),
            ("{\"a\": 1, \"a\": 2}", "byte 12: invalid JSON: a occurs twice"),
            ("{\"a\": Nan}", "byte 6: invalid JSON: expected NaN"),
            ("{\"a\": -Inf}", "byte 7: invalid JSON: expected Infinity"),
            ("{\"a\": 01}", "byte 8: invalid JSON: expected a value"),
            ("{\"a\": \"\\ud800\"}", "byte 13: invalid JSON: half a surrogate pair"),
            ("{\"a\": \"\u{1}\"}", "byte 8: invalid JSON: a control character in a string"),
            ("{\"a\": " + deep, "byte 69: invalid JSON: nested too deeply"),
            ("{\"model_type\": \"gpt2\"", "byte 21: invalid JSON: expected }"),
            (String(repeating: " ", count: 1 << 20) + "{}", "is 1048578 bytes long, expected at most 1048576"),
        ] {
            let bench = try Workbench("gpt2-plain")
            try bench.write("base/config.json", Data(text.utf8))
            let failure = bench.failure(withAdapter: false)
            #expect(failure?.kind == .badData)
            #expect(failure?.line == "base/config.json: \(reason)")
        }
        let bench = try Workbench("gpt2-plain")
        try bench.write("base/config.json", Data([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))
        #expect(bench.failure()?.line == "base/config.json: byte 4: invalid JSON: a string is not UTF-8")
    }

    @Test func missingFilesAreNoInput() throws {
        for name in ["config.json", "model.safetensors"] {
            let bench = try Workbench("gpt2-plain")
            try FileManager.default.removeItem(at: bench.base.appendingPathComponent(name))
            let failure = bench.failure(withAdapter: false)
            #expect(failure?.kind == .noInput)
            #expect(failure?.line == "base/\(name): No such file or directory")
        }
        let bench = try Workbench("gpt2-plain")
        try FileManager.default.removeItem(at: bench.base)
        #expect(bench.failure()?.kind == .noInput)
        try bench.write("base", Data("x".utf8))
        #expect(bench.failure()?.line == "base: not a folder: expected the folder that it lies in")
    }

    @Test func shardsWithoutTheirIndex() throws {
        let bench = try Workbench("gpt2-sharded-patterns")
        let index = "model.safetensors.index.json"
        try FileManager.default.removeItem(at: bench.base.appendingPathComponent(index))
        #expect(bench.failure()?.kind == .noInput)
        #expect(
            bench.failure()?.line
                == "base/\(index): is not there, but model-00001-of-00004.safetensors is, which it belongs to")
    }

    @Test func linksAreNotFollowed() throws {
        let bench = try Workbench("gpt2-plain")
        let outside = bench.folder.appendingPathComponent("outside.safetensors")
        try FileManager.default.moveItem(at: bench.base.appendingPathComponent("model.safetensors"), to: outside)
        try FileManager.default.createSymbolicLink(
            at: bench.base.appendingPathComponent("model.safetensors"), withDestinationURL: outside)
        let failure = bench.failure(withAdapter: false)
        #expect(failure?.kind == .badData)
        #expect(failure?.line == "base/model.safetensors: is a link, which is not followed")
    }

    @Test(arguments: ["../adapter/tacit.safetensors", "/etc/passwd", "..", "a/b.safetensors", "a\\b.safetensors", ""])
    func shardsStayInTheirFolder(name: String) throws {
        let bench = try Workbench("gpt2-sharded-patterns")
        try bench.edit("base/model.safetensors.index.json") { index in
            var map = index["weight_map"] as? [String: String] ?? [:]
            map["transformer.ln_f.bias"] = name
            index["weight_map"] = map
        }
        let failure = bench.failure(withAdapter: false)
        #expect(failure?.kind == .badData)
        #expect(
            failure?.line == "base/model.safetensors.index.json: weight_map.transformer.ln_f.bias: "
                + "expected the name of a safetensors file in the same folder")
    }

    @Test func anIndexThatLies() throws {
        let bench = try Workbench("gpt2-sharded-patterns")
        try bench.edit("base/model.safetensors.index.json") { index in
            var map = index["weight_map"] as? [String: String] ?? [:]
            map["transformer.ln_f.bias"] = "model-00001-of-00004.safetensors"
            index["weight_map"] = map
        }
        #expect(
            bench.failure()?.line == "base/model.safetensors.index.json: weight_map.transformer.ln_f.bias: "
                + "there is no such tensor in model-00001-of-00004.safetensors")
        try bench.edit("base/model.safetensors.index.json") { index in
            var map = index["weight_map"] as? [String: String] ?? [:]
            map["transformer.ln_f.bias"] = nil
            index["weight_map"] = map
        }
        #expect(
            bench.failure()?.line
                == "base/model-00004-of-00004.safetensors: transformer.ln_f.bias: the tensor is not in the index")
    }
}
