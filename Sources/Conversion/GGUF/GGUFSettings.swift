import TacitDiagnostics

/// A GGUF's metadata as transformers' `config.json` would have it.
struct GGUFSettings {
    let architecture: GGUFArchitecture
    let heads: Int
    let keyValueHeads: Int
    let config: Settings

    private let file: GGUFFile
    private let prefix: String

    /// - Throws: `TacitError` of kind `badData` for whatever is missing, of another kind, or not supported.
    init(_ file: GGUFFile) throws {
        self.file = file
        guard case .string(let name) = file.metadata["general.architecture"] else {
            throw TacitError.badData(file.path, at: "general.architecture", "missing")
        }
        guard let architecture = GGUFArchitecture.all.first(where: { $0.name == name }) else {
            let known = GGUFArchitecture.all.map(\.name).joined(separator: ", ")
            let remark = name == "tacit" ? ": this is a model already" : ""
            throw TacitError.badData(
                file.path, at: "general.architecture", "\(name) is not supported, only \(known)\(remark)")
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
        heads = try reader.integer("attention.head_count")
        guard heads > 0 else { throw reader.fault("attention.head_count", "expected at least 1") }
        keyValueHeads = try reader.optionalInteger("attention.head_count_kv") ?? heads
        guard keyValueHeads > 0 else { throw reader.fault("attention.head_count_kv", "expected at least 1") }
        config = Settings(
            file: file.path, members: try Self.members(reader, architecture, heads: heads, groups: keyValueHeads))
    }

    /// Reads a file's metadata by key.
    private struct Reader {
        let file: GGUFFile
        let prefix: String

        func fault(_ key: String, _ reason: String) -> TacitError {
            TacitError.badData(file.path, at: prefix + key, reason)
        }

        /// A number that may stand once for all layers, or once for each where all are the same.
        func optionalInteger(_ key: String, isFull: Bool = false) throws -> Int? {
            switch file.metadata[isFull ? key : prefix + key] {
            case nil: return nil
            case .integer(let value): return value
            case .integers(let values):
                guard Set(values).count == 1 else { throw fault(key, "layers that differ are not supported") }
                return values[0]
            default: throw fault(key, "expected an integer")
            }
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
        var members: [JSONMember] = [JSONMember("model_type", .string(architecture.modelType))]
        func integer(_ name: String, _ value: Int?) {
            if let value { members.append(JSONMember(name, .integer(value))) }
        }
        func number(_ name: String, _ value: Double?) {
            if let value { members.append(JSONMember(name, .number("\(value)"))) }
        }
        let width = try reader.integer("embedding_length")
        guard let table = reader.file.tensors["token_embd.weight"], table.shape.count == 2 else {
            throw TacitError.badData(reader.file.path, at: "token_embd.weight", "the tensor is missing")
        }
        let layers = try reader.integer("block_count")
        let hidden = try reader.integer("feed_forward_length")
        let context = try reader.integer("context_length")
        integer("vocab_size", table.shape[0])
        members.append(JSONMember("tie_word_embeddings", .bool(!reader.has("output.weight"))))
        let norm = try reader.optionalNumber("attention.layer_norm_epsilon")
        if architecture.name == "gpt2" {
            integer("n_embd", width)
            integer("n_layer", layers)
            integer("n_head", heads)
            integer("n_inner", hidden)
            integer("n_positions", context)
            number("layer_norm_epsilon", norm)
            return members
        }
        integer("hidden_size", width)
        integer("num_hidden_layers", layers)
        integer("num_attention_heads", heads)
        integer("intermediate_size", hidden)
        integer("max_position_embeddings", context)
        if architecture.name == "gptneox" {
            number("layer_norm_eps", norm)
            members.append(
                JSONMember("use_parallel_residual", .bool(try reader.optionalBool("use_parallel_residual") ?? true)))
            let rotated = try reader.integer("rope.dimension_count")
            let headWidth = width / heads
            guard headWidth > 0, (1...headWidth).contains(rotated) else {
                throw reader.fault("rope.dimension_count", "\(rotated) of heads of \(headWidth)")
            }
            try append(
                rope(reader, theta: 10_000) + [
                    // transformers rounds the product down again.
                    JSONMember(
                        "partial_rotary_factor",
                        .number("\(min(1, (Double(rotated) + 0.5) / Double(headWidth)))"))
                ], to: &members)
            return members
        }

        integer("num_key_value_heads", groups)
        number("rms_norm_eps", try reader.optionalNumber("attention.layer_norm_rms_epsilon"))
        let headWidth =
            try reader.optionalInteger("attention.key_length") ?? (width % heads == 0 ? width / heads : nil)
        guard let headWidth else { throw reader.fault("attention.head_count", "does not divide a width of \(width)") }
        integer("head_dim", headWidth)
        for (key, what) in [("attention.value_length", "values"), ("rope.dimension_count", "rotated parts")] {
            guard try reader.optionalInteger(key) ?? headWidth == headWidth else {
                throw reader.fault(key, "\(what) of another width than keys' \(headWidth) are not supported")
            }
        }
        members.append(JSONMember("attention_bias", .bool(reader.has("blk.0.attn_q.bias"))))
        members.append(JSONMember("mlp_bias", .bool(reader.has("blk.0.ffn_gate.bias"))))
        guard architecture.name == "gemma3" else {
            try append(rope(reader, theta: 10_000), to: &members)
            return members
        }
        // llama.cpp knows the largest Gemma 3 by its layers; the others scale by their heads' width.
        integer("query_pre_attn_scalar", layers == 62 ? width / heads : headWidth)
        integer("sliding_window", try reader.optionalInteger("attention.sliding_window"))
        if case .bools(let isLocal) = reader.file.metadata["gemma3.attention.sliding_window_pattern"] {
            let types = isLocal.map { JSONValue.string($0 ? "sliding_attention" : "full_attention") }
            members.append(JSONMember("layer_types", .array(types)))
        } else {
            integer("sliding_window_pattern", try reader.optionalInteger("attention.sliding_window_pattern") ?? 6)
        }
        let local = try reader.optionalNumber("rope.freq_base_swa") ?? 10_000
        members.append(
            JSONMember(
                "rope_parameters",
                .object([
                    JSONMember("full_attention", .object(try rope(reader, theta: 1_000_000))),
                    JSONMember(
                        "sliding_attention", .object([JSONMember("rope_theta", .number("\(local)"))])),
                ])))
        return members
    }

    private static func append(_ rope: [JSONMember], to members: inout [JSONMember]) throws {
        members.append(JSONMember("rope_parameters", .object(rope)))
    }

    /// What `rope_parameters` has of the rotary base and its scaling.
    private static func rope(_ reader: Reader, theta: Double) throws -> [JSONMember] {
        let theta = try reader.optionalNumber("rope.freq_base") ?? theta
        var members = [JSONMember("rope_theta", .number("\(theta)"))]
        let older = try reader.optionalNumber("rope.scale_linear")
        let type =
            try reader.optionalString("rope.scaling.type") ?? (older.map { $0 != 1 } ?? false ? "linear" : "none")
        switch type {
        case "none": break
        case "linear":
            guard let factor = try reader.optionalNumber("rope.scaling.factor") ?? older else {
                throw reader.fault("rope.scaling.factor", "missing")
            }
            members += [JSONMember("rope_type", .string("linear")), JSONMember("factor", .number("\(factor)"))]
        default: throw reader.fault("rope.scaling.type", "\(type) is not supported, only none, linear")
        }
        return members
    }
}
