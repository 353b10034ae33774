import TacitDiagnostics
import TacitModelFile
import TacitText

/// The kinds of file that a base or an adapter brings from elsewhere, each read by itself: what a fuzzer feeds.
package enum UntrustedFile: String, CaseIterable, Sendable {
    case json
    /// A base's `config.json`.
    case baseConfig
    /// `adapter_config.json`, over a base of GPT-2's kind.
    case adapterConfig
    /// `tacit.json`.
    case surroundings
    case safetensors
    /// A base as llama.cpp writes it.
    case gguf
    /// A regular expression on one line, a module's name on the next.
    case pattern

    /// Reads all that there is to read, and keeps nothing.
    ///
    /// - Throws: `TacitError` (bad data) for what is not one.
    package func read(_ bytes: UnsafeRawBufferPointer) throws {
        switch self {
        case .json: _ = try JSONParser.parse(bytes, numbers: .python)
        case .baseConfig: _ = try BaseFamily.model(try ConfigObject(file: rawValue, bytes: Array(bytes)))
        case .adapterConfig: try Self.adapter(Array(bytes))
        case .surroundings: _ = try TacitConfig(try ConfigObject(file: rawValue, bytes: Array(bytes)))
        case .safetensors:
            let file = try SafetensorsFile(path: rawValue, map: try FileMap(copying: bytes))
            for tensor in file.tensors.values { _ = file.values(of: tensor) }
        case .gguf:
            let base = try GGUFBase(GGUFFile(path: rawValue, map: try FileMap(copying: bytes)))
            let model = try BaseFamily.model(base.config)
            _ = try BaseCheckpoint(model: model, store: base.store)
        case .pattern: try Self.pattern(bytes)
        }
    }

    private static func adapter(_ bytes: [UInt8]) throws {
        let base = #"{"model_type":"gpt2","n_embd":8,"n_head":2,"n_layer":2,"n_positions":8,"vocab_size":8}"#
        let model = try BaseFamily.model(try ConfigObject(file: "config.json", bytes: Array(base.utf8)))
        let config = try AdapterConfig(
            try ConfigObject(file: Self.adapterConfig.rawValue, bytes: bytes), model: model)
        if case .lora(let lora) = config.method { _ = try lora.scale(of: "h.1.attn.c_attn") }
    }

    private static func pattern(_ bytes: UnsafeRawBufferPointer) throws {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
        let text = String(decoding: lines[0], as: UTF8.self)
        let name = String(decoding: lines.dropFirst().first ?? lines[0], as: UTF8.self)
        let pattern = try ModulePattern(text)
        _ = try pattern.matchesAll(of: name)
        _ = try pattern.match(startOf: name)
    }
}
