import Foundation
import TacitConversion
import TacitDiagnostics
import TacitTestSupport
import Testing

/// Broken, hostile and unsupported adapters: each with its line.
@Suite struct HostileAdapterTests {
    private func lines(_ name: String, _ file: String, _ cases: [(String, String, String)]) throws {
        for (key, json, line) in cases {
            let bench = try Workbench(name)
            let value = try JSONSerialization.jsonObject(with: Data(json.utf8), options: .fragmentsAllowed)
            try bench.edit("adapter/\(file)") { $0[key] = value }
            let failure = bench.failure()
            #expect(failure?.kind == .badData, "\(key): \(json)")
            #expect(failure?.line == "adapter/\(file): \(line)", "\(key): \(json)")
        }
    }

    @Test func unsupportedFormsAreNamed() throws {
        try lines(
            "llama-plain", "adapter_config.json",
            [
                ("peft_type", "\"LOHA\"", "peft_type: LOHA is not supported, only LORA, IA3"),
                ("peft_type", "\"IA3\"", "bias: bias is not supported"),
                ("layer_replication", "[[0, 2]]", "layer_replication: layer replication is not supported"),
                ("trainable_token_indices", "[1]", "trainable_token_indices: trainable tokens is not supported"),
                ("alora_invocation_tokens", "[1]", "alora_invocation_tokens: aLoRA is not supported"),
                ("target_parameters", "[\"w\"]", "target_parameters: LoRA on bare parameters is not supported"),
                ("megatron_config", "{\"a\": 1}", "megatron_config: Megatron is not supported"),
                ("use_qalora", "true", "use_qalora: QALoRA is not supported"),
                ("something_new", "true", "something_new: something_new is not supported"),
                (
                    "init_lora_weights", "\"pissa\"",
                    "init_lora_weights: \"pissa\" changes the base's weights, which is not supported: save the adapter "
                        + "with path_initial_model_for_weight_conversion"
                ),
                ("bias", "\"some\"", "bias: some is not one of none, all, lora_only"),
                ("r", "0", "r: expected a positive integer, found 0"),
                ("r", "-3", "r: expected a positive integer, found -3"),
                ("lora_alpha", "\"8\"", "lora_alpha: expected a number, found a string"),
                ("target_modules", "\"(\"", "target_modules: not a pattern: missing ) at character 1"),
                ("target_modules", "[\"nothing\"]", "target_modules: no module of the base is meant"),
                (
                    "target_modules", "[\"q_proj\", \"v_proj\", \"embed_tokens\"]",
                    "target_modules: embed_tokens: LoRA on embeddings or the language head is not supported"
                ),
                ("modules_to_save", "[\"embed_tokens\"]", "modules_to_save: embed_tokens is not supported, only norms"),
            ])
    }

    /// PEFT makes no such adapter.
    @Test func rowsWithLengthsAndABias() throws {
        try lines(
            "qwen3-dora", "adapter_config.json",
            [("lora_bias", "true", "lora_bias: true is not supported with use_dora, by PEFT neither")])
    }

    @Test func figuresThatAreNone() throws {
        let bench = try Workbench("llama-plain")
        try bench.edit("adapter/tacit.json") { $0["metrics"] = ["accuracy": 12345] }
        let text = String(decoding: try bench.read("adapter/tacit.json"), as: UTF8.self)
        try bench.write("adapter/tacit.json", Data(text.replacingOccurrences(of: "12345", with: "NaN").utf8))
        #expect(bench.failure()?.line == "adapter/tacit.json: metrics.accuracy: expected a number, found NaN")
    }

    @Test func patternsAreBounded() throws {
        let deep = String(repeating: "(", count: 1000) + "q" + String(repeating: ")", count: 1000)
        try lines(
            "llama-plain", "adapter_config.json",
            [
                ("target_modules", "\"\(deep)\"", "target_modules: not a pattern: nested too deeply at character 33"),
                (
                    "target_modules", "\"\(String(repeating: "a", count: 5000))\"",
                    "target_modules: the pattern is too long"
                ),
                ("rank_pattern", "{\"[\": 4}", "rank_pattern: not a pattern: missing ] at character 11"),
                (
                    "target_modules", "\"(?i)Q_PROJ\"",
                    "target_modules: not a pattern: an unsupported kind of group at character 1"
                ),
                ("target_modules", "\"(.*)*(.*)*(.*)*x\"", "the pattern takes too long to match"),
                (
                    "target_modules", "\"\(String(repeating: "a?", count: 2000))\"",
                    "the pattern takes too long to match"
                ),
                ("layers_to_transform", "[0]", "target_modules: no module of the base is meant"),
                ("layers_pattern", "\"layers\"", "layers_pattern: needs layers_to_transform"),
                ("rank_pattern", "{\"q_proj\": 0}", "rank_pattern.q_proj: expected a positive integer, found 0"),
            ])
    }

    @Test func tensorsThatDoNotFit() throws {
        let path = "adapter/adapter_model.safetensors"
        let first = "base_model.model.layers.0.self_attn.q_proj.lora_A.weight"
        func failure(_ change: (inout [String: Any]) throws -> Void) throws -> String? {
            let bench = try Workbench("llama-plain")
            try bench.edit("adapter/adapter_config.json") { try? change(&$0) }
            return bench.failure()?.line
        }
        #expect(try failure { $0["r"] = 3 } == "\(path): \(first): shape [4, 32], expected [3, 32]")
        #expect(
            try failure { $0["target_modules"] = ["v_proj"] }
                == "\(path): \(first): nothing in this base and adapter_config.json uses this tensor")
        #expect(
            try failure { $0["target_modules"] = ["q_proj", "v_proj", "k_proj"] }
                == "\(path): base_model.model.layers.0.self_attn.k_proj.lora_A.weight: the tensor is missing")
        #expect(
            try failure { $0["modules_to_save"] = ["norm"] }
                == "\(path): base_model.model.layers.0.input_layernorm.weight: the tensor is missing")

        #expect(
            try failure { $0["lora_alpha"] = 1e300 }
                == "\(path): layers.0.self_attn.q_proj: the fused weight is not finite")

        let bench = try Workbench("llama-plain")
        try bench.edit(tensors: path) { header, _ in
            header["stranger.weight"] = header.removeValue(forKey: first)
        }
        #expect(
            bench.failure()?.line
                == "\(path): stranger.weight: nothing in this base and adapter_config.json uses this tensor")
    }

    /// Every weight is a number, and what comes of them is none.
    @Test(arguments: ["gpt2-plain", "llama-plain", "llama-sliding"], [ConversionOptions.Weights.f32, .int8, .int4])
    func resultsThatAreNoNumbers(name: String, weights: ConversionOptions.Weights) throws {
        let bench = try Workbench(name)
        try bench.edit("adapter/adapter_config.json") { $0["lora_alpha"] = 1e25 }
        let error = thrown(TacitError.self) { try bench.convert(weights) }
        #expect(error?.kind == .badData)
        #expect(
            error?.description == "\(bench.output): the model's results are no numbers: "
                + "its weights are too large to compute with")
        let names = try FileManager.default.contentsOfDirectory(atPath: bench.folder.path)
        #expect(names.sorted() == ["adapter", "base"])
    }

    @Test func whatStandsAroundTheTrunk() throws {
        try lines(
            "llama-plain", "tacit.json",
            [
                ("version", "2", "version: expected 1, found 2"),
                ("labels", "[]", "labels: expected at least one label"),
                ("labels", "[\"a\", \"a\", \"b\"]", "labels: a label occurs twice"),
                ("labels", "[1]", "labels: expected an array of strings, found an array"),
                ("thresholds", "[0.5]", "thresholds: expected one a label, 3"),
                ("thresholds", "[0.5, 2, 0.5]", "thresholds: each must be 0...1"),
                ("events", "0.5", "events: expected an object, found a number"),
                ("events", "{\"on\": 1}", "events.on: unknown key"),
                ("events", "{\"smooth\": \"1\"}", "events.smooth: expected a number, found a string"),
                ("events", "{\"smooth\": -1}", "events.smooth: a smoothing of -1.0 seconds, expected 0 to a week"),
                (
                    "events", "{\"on_after\": 1e6}",
                    "events.on_after: a wait before on of 1000000.0 seconds, expected 0 to a week"
                ),
                (
                    "events", "{\"off_after\": -0.5}",
                    "events.off_after: a wait before off of -0.5 seconds, expected 0 to a week"
                ),
                (
                    "events", "{\"off_below\": 0}",
                    "events.off_below: an event that must fall below 0.0 of its threshold can never turn off"
                ),
                (
                    "events", "{\"off_below\": 1.5}",
                    "events.off_below: an event that turns off below 1.5 of its threshold, expected at most 1"
                ),
                ("pool", "\"max\"", "pool: max is not one of last, mean"),
                ("task", "\"regression\"", "task: regression is not one of multiclass, multilabel"),
                ("positions", "\"sinus\"", "positions: sinus is not one of base, learned, none"),
                ("colour", "1", "colour: unknown key"),
                ("input", "{\"kind\": \"smell\"}", "input.kind: smell is not one of waveform, logmel, image, tokens"),
                (
                    "input", "{\"kind\": \"waveform\", \"sample_rate\": 8000, \"patch\": 40, \"window\": 65}",
                    "input.window: 65 patches, but the base has 64 positions"
                ),
                (
                    "input",
                    "{\"kind\": \"waveform\", \"sample_rate\": 8000, \"patch\": 40, \"window\": 8, \"hop\": 3}",
                    "input.hop: unknown key"
                ),
                (
                    "input", "{\"kind\": \"waveform\", \"sample_rate\": 8000, \"patch\": 4000000, \"window\": 8}",
                    "input.patch: expected 1 to 1048576, found 4000000"
                ),
            ])
        try lines(
            "gpt2-plain", "tacit.json",
            [("context", "\"sliding\"", "context: sliding needs rotary positions or none, not a table")])
        try lines(
            "llama-sliding", "tacit.json",
            [("attention", "\"full\"", "attention: full attention needs the context restart, not sliding")])
        try lines(
            "llama-sinks", "tacit.json",
            [
                ("context", "\"restart\"", "sinks: they go with the context sliding, not restart"),
                ("sinks", "17", "sinks: expected 0 to 16, found 17"),
                ("sinks", "-1", "sinks: expected 0 to 16, found -1"),
                ("sinks", "1.5", "sinks: expected an integer, found a number"),
                ("sinks", "\"3\"", "sinks: expected an integer, found a string"),
                (
                    "input", "{\"kind\": \"waveform\", \"sample_rate\": 8000, \"patch\": 32, \"window\": 62}",
                    "input.window: 62 patches and 3 sinks, but the base has 64 positions"
                ),
            ])
    }

    @Test func rowsOfSinks() throws {
        let path = "adapter/tacit.safetensors"
        func failure(_ sinks: Int?, _ change: (inout [String: Any], inout Data) -> Void = { _, _ in }) throws -> String?
        {
            let bench = try Workbench("llama-sinks")
            try bench.edit("adapter/tacit.json") { $0["sinks"] = sinks }
            try bench.edit(tensors: path, change)
            return bench.failure()?.line
        }
        #expect(try failure(3) == nil)
        #expect(try failure(2) == "\(path): sinks.weight: shape [3, 36], expected [2, 36]")
        #expect(try failure(nil) == "\(path): sinks.weight: nothing in tacit.json uses this tensor")
        #expect(try failure(0) == "\(path): sinks.weight: nothing in tacit.json uses this tensor")
        #expect(
            try failure(3) { header, _ in header["head.norm.bias"] = header.removeValue(forKey: "sinks.weight") }
                == "\(path): head.norm.bias: nothing in tacit.json uses this tensor")
        #expect(
            try failure(3) { header, data in
                guard let entry = header["sinks.weight"] as? [String: Any],
                    let offsets = entry["data_offsets"] as? [Int]
                else { return }
                data.replaceSubrange(offsets[0]..<offsets[0] + 4, with: [0, 0, 0xc0, 0x7f])
            } == "\(path): sinks.weight: holds a number that is not finite")
    }

    @Test func tensorsAroundTheTrunk() throws {
        let path = "adapter/tacit.safetensors"
        func failure(_ change: (inout [String: Any]) -> Void) throws -> String? {
            let bench = try Workbench("llama-plain")
            try bench.edit(tensors: path) { header, _ in change(&header) }
            return bench.failure()?.line
        }
        #expect(
            try failure { $0["extra"] = $0.removeValue(forKey: "head.bias") }
                == "\(path): extra: nothing in tacit.json uses this tensor")
        #expect(
            try failure { $0["head.norm.weight"] = $0.removeValue(forKey: "head.bias") }
                == "\(path): head.bias: the tensor is missing")
        #expect(
            try failure {
                var fields = $0["head.weight"] as? [String: Any] ?? [:]
                fields["shape"] = [32, 3]
                $0["head.weight"] = fields
            } == "\(path): head.weight: shape [32, 3], expected [3, 32]")
    }
}
