import TacitDiagnostics
import TacitText

/// A GGUF's metadata as transformers' `config.json` would have it.
struct GGUFSettings {
    let architecture: GGUFArchitecture
    let heads: Int
    let keyValueHeads: Int
    let config: ConfigObject

    private let file: GGUFFile
    private let prefix: String

    /// - Throws: `TacitError` of kind `badData` for whatever is missing, of another kind, or not supported.
    init(_ file: GGUFFile) throws {
        self.file = file
        guard case .string(let name) = file.metadata["general.architecture"] else {
            throw TacitError.badData(file.path, at: "general.architecture", "missing")
        }
        guard let architecture = GGUFArchitecture.all.first(where: { $0.name == name }) else {
            throw TacitError.badData(file.path, at: "general.architecture", GGUFArchitecture.refusal(of: name))
        }
        self.architecture = architecture
        prefix = name + "."
        let reader = Reader(file: file, prefix: prefix)
        if let parts = try reader.optionalInteger("split.count", isFull: true), parts > 1 {
            throw TacitError.badData(
                file.path, at: "split.count", "one of \(parts) parts: join them with gguf-split --merge")
        }
        if let experts = try reader.optionalInteger("expert_count"), experts > 0 {
            throw reader.fault("expert_count", "mixtures of experts are not supported")
        }
        try Self.refuseOtherArithmetic(reader)
        heads = try reader.integer("attention.head_count")
        guard heads > 0 else { throw reader.fault("attention.head_count", "expected at least 1") }
        keyValueHeads = try reader.optionalInteger("attention.head_count_kv") ?? heads
        guard keyValueHeads > 0 else { throw reader.fault("attention.head_count_kv", "expected at least 1") }
        config = ConfigObject(
            file: file.path, members: try Self.members(reader, architecture, heads: heads, groups: keyValueHeads),
            sourceKeys: Self.keys.mapValues { name + "." + $0 })
    }

    /// Reads a file's metadata by key.
    private struct Reader {
        let file: GGUFFile
        let prefix: String

        func fault(_ key: String, _ reason: String) -> TacitError {
            TacitError.badData(file.path, at: prefix + key, reason)
        }

        /// A number that may stand once for all layers, or once for each where all are the same; small enough for any
        /// product of two.
        func optionalInteger(_ key: String, isFull: Bool = false) throws -> Int? {
            let place = isFull ? key : prefix + key
            func fault(_ reason: String) -> TacitError { TacitError.badData(file.path, at: place, reason) }
            let value: Int
            switch file.metadata[place] {
            case nil: return nil
            case .integer(let single): value = single
            case .integers(let values):
                guard Set(values).count == 1 else { throw fault("layers that differ are not supported") }
                value = values[0]
            default: throw fault("expected an integer")
            }
            guard (0...Int(Int32.max)).contains(value) else {
                throw fault("expected 0 to \(Int32.max), found \(value)")
            }
            return value
        }

        func integer(_ key: String) throws -> Int {
            guard let value = try optionalInteger(key) else { throw fault(key, "missing") }
            return value
        }

        func optionalNumber(_ key: String) throws -> Double? {
            switch file.metadata[prefix + key] {
            case nil: return nil
            case .number(let value): return value
            case .integer(let value): return Double(value)
            default: throw fault(key, "expected a number")
            }
        }

        func number(_ key: String) throws -> Double {
            guard let value = try optionalNumber(key) else { throw fault(key, "missing") }
            return value
        }

        func optionalString(_ key: String) throws -> String? {
            switch file.metadata[prefix + key] {
            case nil: return nil
            case .string(let text): return text
            default: throw fault(key, "expected a string")
            }
        }

        func optionalBool(_ key: String) throws -> Bool? {
            switch file.metadata[prefix + key] {
            case nil: return nil
            case .bool(let flag): return flag
            default: throw fault(key, "expected true or false")
            }
        }

        func has(_ tensor: String) -> Bool { file.tensors[tensor] != nil }
    }

    private static func members(
        _ reader: Reader, _ architecture: GGUFArchitecture, heads: Int, groups: Int
    ) throws -> [JSONMember] {
        let width = try reader.integer("embedding_length")
        guard let table = reader.file.tensors["token_embd.weight"], table.shape.count == 2 else {
            throw TacitError.badData(reader.file.path, at: "token_embd.weight", "the tensor is missing")
        }
        let sizes = Sizes(
            width: width, layers: try reader.integer("block_count"), heads: heads, groups: groups,
            hidden: try reader.integer("feed_forward_length"), context: try reader.integer("context_length"))
        let common = [
            JSONMember("model_type", .string(architecture.modelType)),
            JSONMember("vocab_size", .integer(table.shape[0])),
            JSONMember("tie_word_embeddings", .bool(!reader.has("output.weight"))),
            JSONMember("is_causal", .bool(try reader.optionalBool("attention.causal") ?? true)),
        ]
        let own =
            switch architecture.name {
            case "gpt2": try gpt2(reader, sizes)
            case "gptneox": try gptNeoX(reader, sizes)
            case "gemma3": try gemma3(reader, sizes)
            default: try llama(reader, sizes) + [ropeParameters(try rope(reader, theta: 10_000))]
            }
        return common + own
    }

    /// Keys that llama.cpp knows and no family here has, unless they change nothing.
    private static func refuseOtherArithmetic(_ reader: Reader) throws {
        for key in ["attention.scale", "attention.clamp_kqv", "attention.max_alibi_bias"] {
            if let value = try reader.optionalNumber(key), value != 0 {
                throw reader.fault(key, "\(value) is not supported, only 0")
            }
        }
        for key in ["residual_scale", "embedding_scale"] {
            if let value = try reader.optionalNumber(key), value != 0, value != 1 {
                throw reader.fault(key, "\(value) is not supported, only 1")
            }
        }
    }

    private struct Sizes {
        let width: Int
        let layers: Int
        let heads: Int
        /// Heads of keys and values.
        let groups: Int
        /// Elements between the two matrices of a feed-forward network.
        let hidden: Int
        let context: Int

        /// By the names that all but GPT-2 have for them.
        var members: [JSONMember] {
            [
                JSONMember("hidden_size", .integer(width)), JSONMember("num_hidden_layers", .integer(layers)),
                JSONMember("num_attention_heads", .integer(heads)), JSONMember("intermediate_size", .integer(hidden)),
                JSONMember("max_position_embeddings", .integer(context)),
            ]
        }
    }

    private static func gpt2(_ reader: Reader, _ sizes: Sizes) throws -> [JSONMember] {
        let norm = try reader.number("attention.layer_norm_epsilon")
        return [
            JSONMember("n_embd", .integer(sizes.width)), JSONMember("n_layer", .integer(sizes.layers)),
            JSONMember("n_head", .integer(sizes.heads)), JSONMember("n_inner", .integer(sizes.hidden)),
            JSONMember("n_positions", .integer(sizes.context)),
            number("layer_norm_epsilon", norm),
        ]
    }

    private static func gptNeoX(_ reader: Reader, _ sizes: Sizes) throws -> [JSONMember] {
        let norm = try reader.number("attention.layer_norm_epsilon")
        let isParallel = try reader.optionalBool("use_parallel_residual") ?? true
        let rotated = try reader.integer("rope.dimension_count")
        let headWidth = sizes.width / sizes.heads
        guard headWidth > 0, (1...headWidth).contains(rotated) else {
            throw reader.fault("rope.dimension_count", "\(rotated) of heads of \(headWidth)")
        }
        // transformers rounds the product down again.
        let part = min(1, (Double(rotated) + 0.5) / Double(headWidth))
        return sizes.members + [
            number("layer_norm_eps", norm),
            JSONMember("use_parallel_residual", .bool(isParallel)),
            ropeParameters(try rope(reader, theta: 10_000) + [number("partial_rotary_factor", part)]),
        ]
    }

    /// Llama, Mistral, Qwen and whatever else has their blocks, without the rotary base.
    private static func llama(_ reader: Reader, _ sizes: Sizes) throws -> [JSONMember] {
        let norm = try reader.number("attention.layer_norm_rms_epsilon")
        let headWidth = try headWidth(reader, sizes)
        for (key, what) in [("attention.value_length", "values"), ("rope.dimension_count", "rotated parts")] {
            guard try reader.optionalInteger(key) ?? headWidth == headWidth else {
                throw reader.fault(key, "\(what) of another width than keys' \(headWidth) are not supported")
            }
        }
        return sizes.members + [
            JSONMember("num_key_value_heads", .integer(sizes.groups)), number("rms_norm_eps", norm),
            JSONMember("head_dim", .integer(headWidth)),
            JSONMember("attention_bias", .bool(reader.has("blk.0.attn_q.bias"))),
            JSONMember("mlp_bias", .bool(reader.has("blk.0.ffn_gate.bias"))),
        ]
    }

    private static func headWidth(_ reader: Reader, _ sizes: Sizes) throws -> Int {
        if let stated = try reader.optionalInteger("attention.key_length") { return stated }
        guard sizes.width % sizes.heads == 0 else {
            throw reader.fault("attention.head_count", "does not divide a width of \(sizes.width)")
        }
        return sizes.width / sizes.heads
    }

    private static func gemma3(_ reader: Reader, _ sizes: Sizes) throws -> [JSONMember] {
        var members = try llama(reader, sizes)
        // llama.cpp knows the largest Gemma 3 by its 62 layers; the others scale by their heads' width.
        let scale = sizes.layers == 62 ? sizes.width / sizes.heads : try headWidth(reader, sizes)
        members.append(JSONMember("query_pre_attn_scalar", .integer(scale)))
        members.append(JSONMember("sliding_window", .integer(try reader.integer("attention.sliding_window"))))
        if case .bools(let isLocal) = reader.file.metadata["gemma3.attention.sliding_window_pattern"] {
            let types = isLocal.map { JSONValue.string($0 ? "sliding_attention" : "full_attention") }
            members.append(JSONMember("layer_types", .array(types)))
        } else {
            let pattern = try reader.optionalInteger("attention.sliding_window_pattern") ?? 6
            members.append(JSONMember("sliding_window_pattern", .integer(pattern)))
        }
        let local = try reader.optionalNumber("rope.freq_base_swa") ?? 10_000
        members.append(
            ropeParameters([
                JSONMember("full_attention", .object(try rope(reader, theta: 1_000_000))),
                JSONMember("sliding_attention", .object([number("rope_theta", local)])),
            ]))
        return members
    }

    private static func number(_ name: String, _ value: Double) -> JSONMember { JSONMember(name, .number("\(value)")) }

    private static func ropeParameters(_ members: [JSONMember]) -> JSONMember {
        JSONMember("rope_parameters", .object(members))
    }

    /// What `rope_parameters` has of the rotary base and its scaling.
    private static func rope(_ reader: Reader, theta: Double) throws -> [JSONMember] {
        let theta = try reader.optionalNumber("rope.freq_base") ?? theta
        var members = [number("rope_theta", theta)]
        if let factor = try reader.optionalNumber("rope.scaling.attn_factor"), factor != 1 {
            throw reader.fault("rope.scaling.attn_factor", "\(factor) is not supported, only 1")
        }
        let older = try reader.optionalNumber("rope.scale_linear")
        // A factor without a type is linear for llama.cpp; 0 is none.
        let factor = [try reader.optionalNumber("rope.scaling.factor"), older].compactMap { $0 }.first ?? 1
        let type = try reader.optionalString("rope.scaling.type") ?? ([0, 1].contains(factor) ? "none" : "linear")
        switch type {
        case "none": break
        case "linear":
            guard try reader.optionalNumber("rope.scaling.factor") ?? older != nil else {
                throw reader.fault("rope.scaling.factor", "missing")
            }
            members += [JSONMember("rope_type", .string("linear")), number("factor", factor)]
        default: throw reader.fault("rope.scaling.type", "\(type) is not supported, only none, linear")
        }
        return members
    }
}
