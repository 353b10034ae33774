import Foundation
import TacitTestSupport
import Testing

/// Bases and adapters with one thing made wrong: `tacit-convert` names file, place and reason, and leaves nothing
/// behind.
@Suite struct ConverterAttackTests {
    /// A golden case, the change, and the line without `tacit-convert: ` and the folder's path.
    struct Attack: Sendable, CustomTestStringConvertible {
        let golden: String
        let name: String
        let line: String
        let status: Int32
        let edit: @Sendable (SpoiltFolder) throws -> Void

        init(
            _ name: String, in golden: String = "llama-plain", status: Int32 = 65, _ line: String,
            _ edit: @escaping @Sendable (SpoiltFolder) throws -> Void
        ) {
            self.golden = golden
            self.name = name
            self.line = line
            self.status = status
            self.edit = edit
        }

        /// A key of a JSON file set to a JSON value.
        init(_ file: String, _ key: String, _ json: String, in golden: String = "llama-plain", _ reason: String) {
            self.init("\(file) \(key) \(json.prefix(30))", in: golden, "\(file): \(reason)") {
                try $0.set(file, key, json)
            }
        }

        var testDescription: String { "\(golden): \(name)" }
    }

    private static let adapter = "adapter/adapter_config.json"
    private static let tacit = "adapter/tacit.json"
    private static let config = "base/config.json"

    static let settings = [
        Attack(adapter, "use_qalora", "true", "use_qalora: QALoRA is not supported"),
        Attack(adapter, "peft_type", "\"LOHA\"", "peft_type: LOHA is not supported, only LORA, IA3"),
        Attack(adapter, "peft_type", "null", "peft_type: missing"),
        Attack(adapter, "use_rslora", "\"yes\"", "use_rslora: expected true or false, found a string"),
        Attack(adapter, "use_rslora", "1", "use_rslora: expected true or false, found a number"),
        Attack(adapter, "lora_alpha", "1e400", "lora_alpha: expected a number, found a number"),
        Attack(adapter, "r", "99999999999999999999", "r: expected an integer, found a number"),
        Attack(adapter, "r", "2147483648", "r: expected a positive integer, found 2147483648"),
        Attack(
            adapter, "alpha_pattern", "{\"q_proj\": \"x\"}", "alpha_pattern.q_proj: expected a number, found a string"),
        Attack(adapter, "rank_pattern", "[1]", "rank_pattern: expected an object, found an array"),
        Attack(adapter, "rank_pattern", "{\"(\": 1}", "rank_pattern: not a pattern: missing ) at character 11"),
        Attack(
            adapter, "init_lora_weights", "\"olora\"",
            "init_lora_weights: \"olora\" changes the base's weights, which is not supported: save the adapter with "
                + "path_initial_model_for_weight_conversion"),
        Attack(adapter, "layer_replication", "[[0,1]]", "layer_replication: layer replication is not supported"),
        Attack(
            adapter, "modules_to_save", "[\"v_proj\"]",
            "modules_to_save: layers.0.self_attn.v_proj is not supported, only norms"),
        Attack(adapter, "a_new_feature", "{\"on\": true}", "a_new_feature: a_new_feature is not supported"),
        Attack(
            config, "hidden_act", "\"relu2\"", "hidden_act: relu2 is not supported, only gelu_new, gelu, silu, relu"),
        Attack(
            config, "rope_scaling", "{\"rope_type\": \"longrope\", \"factor\": 4}",
            "rope_scaling.rope_type: longrope is not one of default, linear, llama3"),
        Attack(
            config, "model_type", "\"bert\"",
            "model_type: bert is not supported, only gpt2, llama, qwen2, qwen3, gpt_neox, gemma3_text, opt, mistral, gpt_neo"
        ),
        Attack(config, "hidden_size", "4294967296", "hidden_size: expected a positive integer, found 4294967296"),
        Attack(config, "rms_norm_eps", "0", "rms_norm_eps: expected more than 0 and at most 1, found 0.0"),
        Attack(config, "rope_theta", "-1", "rope_theta: expected a positive number, found -1.0"),
        Attack(config, "num_hidden_layers", "-2", "num_hidden_layers: expected a positive integer, found -2"),
        Attack(
            config, "activation_function", "\"mish\"", in: "gpt2-plain",
            "activation_function: mish is not supported, only gelu_new, gelu, silu, relu"),
        Attack(
            config, "rope_scaling", "{\"rope_type\": \"default\", \"attention_factor\": 1.5}",
            "rope_scaling.attention_factor: 1.5 is not supported, only 1"),
        Attack(tacit, "version", "7", "version: expected 1, found 7"),
        Attack(
            tacit, "input", "{\"kind\":\"waveform\",\"sample_rate\":8000,\"patch\":40,\"window\":65}",
            "input.window: 65 patches, but the base has 64 positions"),
        Attack(
            tacit, "context", "\"sliding\"", in: "gpt2-plain",
            "context: sliding needs rotary positions or none, not a table"),
        Attack(
            tacit, "context", "\"sliding\"", in: "llama-learned",
            "context: sliding needs rotary positions or none, not a table"),
        Attack(
            tacit, "attention", "\"full\"", in: "llama-sliding",
            "attention: full attention needs the context restart, not sliding"),
        Attack("a label for a head of three", "adapter/tacit.safetensors: head.weight: shape [3, 32], expected [1, 32]")
        {
            try $0.set(tacit, "labels", "[\"a\"]")
        },
        Attack(
            "four labels for a head of three", "adapter/tacit.safetensors: head.weight: shape [3, 32], expected [4, 32]"
        ) {
            try $0.set(tacit, "labels", "[\"a\",\"b\",\"c\",\"d\"]")
        },
        Attack(tacit, "thresholds", "[0.5,0.5]", "thresholds: expected one a label, 3"),
        Attack(tacit, "thresholds", "[0.5,0.5,1e99]", "thresholds: each must be 0...1"),
        Attack(tacit, "surprise", "1", "surprise: unknown key"),
        Attack(
            tacit, "input", "{\"kind\":\"logmel\",\"sample_rate\":8000,\"n_fft\":128,\"win_length\":100}",
            "input.patch_frames: missing"),
        Attack(
            tacit, "input", "{\"kind\":\"waveform\",\"sample_rate\":0,\"patch\":40,\"window\":12}",
            "input.sample_rate: expected a positive integer, found 0"),
    ]

    static let files = [
        Attack("an empty config", "base/config.json: the file is empty") { try $0.write(config, "") },
        Attack("a key twice", "base/config.json: byte 34: invalid JSON: model_type occurs twice") {
            try $0.write(config, "{\"model_type\":\"llama\",\"model_type\":\"gpt2\"}")
        },
        Attack("deep nesting", "base/config.json: byte 68: invalid JSON: nested too deeply") {
            try $0.write(config, "{\"a\":" + String(repeating: "[", count: 500_000))
        },
        Attack("a huge number", "base/config.json: byte 100005: invalid JSON: a number of more than 64 characters") {
            try $0.write(config, "{\"a\":" + String(repeating: "9", count: 100_000) + "}")
        },
        Attack("a config of 2 MB", "base/config.json: is 2097152 bytes long, expected at most 1048576") {
            try $0.write(config, String(repeating: " ", count: 2 << 20))
        },
        Attack("an array for a config", "adapter/tacit.json: expected an object") { try $0.write(tacit, "[]") },
        Attack("a config that is a folder", status: 66, "base/config.json: not a regular file") {
            try $0.remove(config)
            try FileManager.default.createDirectory(atPath: $0.path(config), withIntermediateDirectories: false)
        },
        Attack("a config that is a FIFO", status: 66, "base/config.json: not a regular file") {
            try $0.remove(config)
            mkfifo($0.path(config), 0o600)
        },
        Attack("no tacit.json", status: 66, "adapter/tacit.json: No such file or directory") { try $0.remove(tacit) },
        Attack("no adapter weights", status: 66, "adapter/adapter_model.safetensors: No such file or directory") {
            try $0.remove("adapter/adapter_model.safetensors")
        },
        Attack("weights behind a link", "base/model.safetensors: is a link, which is not followed") {
            try FileManager.default.moveItem(atPath: $0.path("base/model.safetensors"), toPath: $0.path("elsewhere"))
            symlink("../elsewhere", $0.path("base/model.safetensors"))
        },
        Attack(
            "a shard behind a link", in: "gpt2-sharded-patterns",
            "base/model-00002-of-00004.safetensors: is a link, which is not followed"
        ) {
            let shard = "base/model-00002-of-00004.safetensors"
            try FileManager.default.moveItem(atPath: $0.path(shard), toPath: $0.path("elsewhere"))
            symlink($0.path("elsewhere"), $0.path(shard))
        },
        Attack(
            "a shard outside", in: "gpt2-sharded-patterns",
            "base/model.safetensors.index.json: weight_map.transformer.ln_f.bias: "
                + "expected the name of a safetensors file in the same folder"
        ) {
            try $0.edit("base/model.safetensors.index.json") { index in
                var map = index["weight_map"] as? [String: String] ?? [:]
                map["transformer.ln_f.bias"] = "../base/model-00004-of-00004.safetensors"
                index["weight_map"] = map
            }
        },
        Attack(
            "a missing shard", in: "gpt2-sharded-patterns", status: 66,
            "base/model-00003-of-00004.safetensors: No such file or directory"
        ) { try $0.remove("base/model-00003-of-00004.safetensors") },
        Attack("a tensor of NaN", "base/model.safetensors: norm.weight: holds a number that is not finite") {
            try $0.fill("base/model.safetensors", "norm.weight", .nan)
        },
        Attack(
            "an infinite factor",
            "adapter/adapter_model.safetensors: base_model.model.layers.0.self_attn.q_proj.lora_A.weight: "
                + "holds a number that is not finite"
        ) {
            try $0.fill(
                "adapter/adapter_model.safetensors", "base_model.model.layers.0.self_attn.q_proj.lora_A.weight",
                .infinity)
        },
        Attack("a head of NaN", "adapter/tacit.safetensors: head.weight: holds a number that is not finite") {
            try $0.fill("adapter/tacit.safetensors", "head.weight", .nan)
        },
        Attack("overlapping tensors", "adapter/tacit.safetensors: head.weight: the tensor's data overlaps another") {
            try $0.entry("adapter/tacit.safetensors", "head.weight") { fields in
                let offsets = fields["data_offsets"] as? [Int] ?? []
                fields["data_offsets"] = offsets.map { $0 - 4 }
            }
        },
        Attack("a hole", "adapter/tacit.safetensors: head.weight: the tensor's data leaves a hole before it") {
            try $0.entry("adapter/tacit.safetensors", "head.weight") { fields in
                let offsets = fields["data_offsets"] as? [Int] ?? []
                fields["data_offsets"] = offsets.map { $0 + 4 }
            }
        },
        Attack("a shape that overflows", "adapter/tacit.safetensors: head.weight: the shape overflows") {
            try $0.entry("adapter/tacit.safetensors", "head.weight") { $0["shape"] = [1 << 62, 8] }
        },
        Attack(
            "weights of integers", "adapter/tacit.safetensors: head.weight: dtype I32 is not one of F64, F32, F16, BF16"
        ) {
            try $0.entry("adapter/tacit.safetensors", "head.weight") { $0["dtype"] = "I32" }
        },
        Attack(
            "a header of 2^63 bytes",
            "base/model.safetensors: byte 0: header of 9223372036854775808 bytes in a file of 16"
        ) {
            try $0.write(
                "base/model.safetensors", Data([0, 0, 0, 0, 0, 0, 0, 0x80] + [UInt8](repeating: 0x20, count: 8)))
        },
    ]

    @Test(arguments: settings + files)
    func isRefused(attack: Attack) throws {
        let folder = try SpoiltFolder(attack.golden)
        try attack.edit(folder)
        let before = try folder.folder.names()
        let outcome = try folder.convert()
        #expect(outcome.status == attack.status, "\(attack.testDescription)")
        #expect(outcome.output.isEmpty)
        #expect(
            outcome.standardError.replacingOccurrences(of: folder.folder.path + "/", with: "")
                == "tacit-convert: \(attack.line)\n")
        #expect(try folder.folder.names() == before)
    }

    /// An older model stays as it was when its successor fails.
    @Test func anOlderModelStays() throws {
        let folder = try SpoiltFolder("llama-plain")
        #expect(try folder.convert().status == 0)
        let before = try Data(contentsOf: folder.folder.url.appendingPathComponent("model.gguf"))
        try folder.fill("adapter/tacit.safetensors", "head.bias", .nan)
        #expect(try folder.convert().status == 65)
        #expect(try Data(contentsOf: folder.folder.url.appendingPathComponent("model.gguf")) == before)
        #expect(try folder.folder.names() == ["adapter", "base", "model.gguf"])
    }

    static let sources = [
        "base/config.json", "base/model.safetensors", "adapter/adapter_config.json",
        "adapter/adapter_model.safetensors", "adapter/tacit.json", "adapter/tacit.safetensors",
    ]

    /// Every 1 KiB, the configurations every 100 bytes.
    @Test(arguments: sources)
    func cutFiles(file: String) throws {
        let folder = try SpoiltFolder("llama-plain")
        let whole = try Data(contentsOf: URL(fileURLWithPath: folder.path(file)))
        for length in stride(from: 0, to: whole.count, by: file.hasSuffix(".json") ? 100 : 1024) {
            try folder.write(file, whole.prefix(length))
            let outcome = try folder.convert()
            #expect(outcome.status == 65, "\(file) cut to \(length) bytes")
            #expect(outcome.output.isEmpty)
            #expect(outcome.errorLines.count == 1)
            #expect(outcome.standardError.hasPrefix("tacit-convert: \(folder.path(file)): "))
        }
        #expect(try folder.folder.names() == ["adapter", "base"])
    }

    /// Any byte may change without a crash; what is written then is whole.
    @Test(arguments: sources)
    func flippedBytes(file: String) throws {
        let folder = try SpoiltFolder("llama-plain")
        let whole = try Data(contentsOf: URL(fileURLWithPath: folder.path(file)))
        for index in 0..<40 {
            var flipped = whole
            // Half of them within the first 2 KiB, where headers are.
            let range = index % 2 == 0 ? min(2048, whole.count) : whole.count
            flipped[index * 7919 % range] ^= [0x01, 0x04, 0x80, 0xff][index % 4]
            try folder.write(file, flipped)
            let outcome = try folder.convert()
            #expect(outcome.status == 0 || outcome.status == 65, "\(file), flip \(index): \(outcome.standardError)")
            #expect(outcome.errorLines.count == (outcome.status == 0 ? 0 : 1))
            if outcome.status == 0 {
                #expect(try Executable.tacit.run(["verify", folder.path("model.gguf")]).status == 0)
                try folder.remove("model.gguf")
            }
        }
        #expect(try folder.folder.names() == ["adapter", "base"])
    }
}
