import Foundation
import TacitConversion
import TacitDiagnostics
import TacitTestSupport
import Testing

/// Bases in one file: what their blocks stand for, and broken ones, each with its line.
@Suite struct GGUFTests {
    private static let folder = Workbench.golden.appendingPathComponent("gguf")

    /// To the bit what the `gguf` package makes of the same bytes.
    @Test(arguments: ["F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K"])
    func blocks(name: String) throws {
        struct Block: Decodable {
            let bytes: String
            let floats: String
        }
        let file = Self.folder.appendingPathComponent("blocks.json")
        let all = try JSONDecoder().decode([String: Block].self, from: Data(contentsOf: file))
        let block = try #require(all[name])
        let type = try #require((0..<64).compactMap { BlockType(number: $0) }.first { $0.name == name })
        let values = Self.bytes(block.bytes).withUnsafeBytes { type.values($0) }
        let expected = Self.bytes(block.floats).withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
        #expect(values.count == expected.count && !values.isEmpty)
        #expect(values.map { Float($0).bitPattern } == expected.map(\.bitPattern))
    }

    private static func bytes(_ digits: String) -> [UInt8] {
        let digits = Array(digits.utf8)
        func nibble(_ digit: UInt8) -> UInt8 { digit < 0x40 ? digit - 0x30 : digit - 0x57 }
        return stride(from: 0, to: digits.count, by: 2).map { nibble(digits[$0]) << 4 | nibble(digits[$0 + 1]) }
    }

    /// A small file, built piece by piece so that any of it may be wrong.
    private struct File {
        var version: UInt32 = 3
        var tensorCount: UInt64?
        var pairCount: UInt64?
        var pairs: [(key: String, type: UInt32, value: Data)] = []
        var tensors: [(name: String, shape: [UInt64], type: UInt32, offset: UInt64)] = []
        var data = Data()

        static func number<Number>(_ number: Number) -> Data { withUnsafeBytes(of: number) { Data($0) } }
        static func string(_ text: String) -> Data { number(UInt64(text.utf8.count)) + Data(text.utf8) }

        mutating func text(_ key: String, _ value: String) { pairs.append((key, 8, Self.string(value))) }
        mutating func integer(_ key: String, _ value: UInt32) { pairs.append((key, 4, Self.number(value))) }
        mutating func long(_ key: String, _ value: UInt64) { pairs.append((key, 10, Self.number(value))) }
        mutating func number(_ key: String, _ value: Float) { pairs.append((key, 6, Self.number(value))) }

        mutating func tensor(_ name: String, _ shape: [UInt64], _ values: Data) {
            tensors.append((name, shape, 0, UInt64(data.count)))
            data += values + Data(repeating: 0, count: (32 - values.count % 32) % 32)
        }

        /// The same numbers as another architecture's.
        mutating func become(_ architecture: String) {
            pairs[0].value = Self.string(architecture)
            for index in pairs.indices where pairs[index].key.hasPrefix("llama.") {
                pairs[index].key = architecture + pairs[index].key.dropFirst("llama".count)
            }
        }

        var bytes: Data {
            var bytes = Data("GGUF".utf8) + Self.number(version)
            bytes += Self.number(tensorCount ?? UInt64(tensors.count)) + Self.number(pairCount ?? UInt64(pairs.count))
            for pair in pairs { bytes += Self.string(pair.key) + Self.number(pair.type) + pair.value }
            for tensor in tensors {
                bytes += Self.string(tensor.name) + Self.number(UInt32(tensor.shape.count))
                for dimension in tensor.shape { bytes += Self.number(dimension) }
                bytes += Self.number(tensor.type) + Self.number(tensor.offset)
            }
            bytes += Data(repeating: 0, count: (32 - bytes.count % 32) % 32)
            return bytes + data
        }
    }

    private static func llama() -> File {
        var file = File()
        file.text("general.architecture", "llama")
        for (key, value) in [
            ("embedding_length", 32), ("block_count", 1), ("feed_forward_length", 32), ("context_length", 8),
            ("attention.head_count", 2),
        ] as [(String, UInt32)] { file.integer("llama.\(key)", value) }
        file.number("llama.attention.layer_norm_rms_epsilon", 1e-6)
        file.tensor("token_embd.weight", [32, 3], Data(repeating: 0, count: 32 * 3 * 4))
        return file
    }

    private func line(_ file: File) throws -> String? {
        let bench = try Workbench("gpt2-plain")
        let path = bench.folder.appendingPathComponent("base.gguf")
        try file.bytes.write(to: path)
        do {
            _ = try Converter(ConversionOptions(base: path.path, output: bench.output)).convert()
            return nil
        } catch let error as TacitError {
            #expect(error.kind == .badData)
            return error.description.replacingOccurrences(of: bench.folder.path + "/", with: "")
        }
    }

    /// - Parameter reason: `#` stands for a number of four digits at most, or one far below 1.
    private func check(_ reason: String, _ change: (inout File) -> Void) throws {
        var file = Self.llama()
        change(&file)
        let found = try line(file)
        let parts = "base.gguf: \(reason)".split(separator: "#", omittingEmptySubsequences: false)
        let pattern = parts.map { NSRegularExpression.escapedPattern(for: String($0)) }.joined(
            separator: "(?:[0-9]{1,4}|[0-9.]+e-[0-9]+)")
        #expect(found?.range(of: "^\(pattern)$", options: .regularExpression) != nil, "\(found ?? "no error")")
    }

    @Test func brokenFiles() throws {
        try check("blk.0.attn_norm.weight: the tensor is missing") { _ in }
        try check("byte 4: GGUF version 1, expected 2 or 3") { $0.version = 1 }
        try check(
            "byte 4: GGUF version 3 with its bytes in the other order (big-endian), expected little-endian"
        ) { $0.version = 3 << 24 }
        try check("byte 8: the number of tensors is 1152921504606846976, expected at most 65536") {
            $0.tensorCount = 1 << 60
        }
        try check("byte 16: the number of metadata pairs is 18446744073709551615, expected at most 65536") {
            $0.pairCount = .max
        }
        try check("general.architecture: mamba is not supported, only llama, qwen2, qwen3, gemma3, gpt2, gptneox") {
            $0.pairs[0].value = File.string("mamba")
        }
        try check("general.architecture: missing") { $0.pairs[0].key = "general.name" }
        try check("llama.block_count: missing") { $0.pairs[2].key = "llama.blocks" }
        try check("llama.block_count: expected a positive integer, found 0") {
            $0.pairs[2].value = File.number(UInt32(0))
        }
        try check("llama.attention.head_count: expected at least 1") { $0.pairs[5].value = File.number(UInt32(0)) }
        try check("llama.embedding_length: expected an integer") {
            $0.pairs[1] = ("llama.embedding_length", 8, File.string("x"))
        }
        try check("llama.rope.scaling.type: yarn is not supported, only none, linear") {
            $0.text("llama.rope.scaling.type", "yarn")
        }
        for (key, value) in [
            ("rope.scaling.attn_factor", 1.5), ("attention.scale", 0.5), ("residual_scale", 2), ("embedding_scale", 12),
        ] as [(String, Float)] {
            let neutral = key == "attention.scale" ? 0 : 1
            try check("llama.\(key): \(Double(value)) is not supported, only \(neutral)") {
                $0.pairs.append(("llama.\(key)", 6, File.number(value)))
            }
        }
        try check("llama.attention.causal: false is not supported, but with an adapter whose attention is full") {
            $0.pairs.append(("llama.attention.causal", 7, Data([0])))
            for name in ["output_norm", "blk.0.attn_norm", "blk.0.ffn_norm"] {
                $0.tensor("\(name).weight", [32], Data(repeating: 0, count: 32 * 4))
            }
            for name in ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"] {
                $0.tensor("blk.0.\(name).weight", [32, 32], Data(repeating: 0, count: 32 * 32 * 4))
            }
        }
        try check("llama.expert_count: mixtures of experts are not supported") { $0.integer("llama.expert_count", 4) }
        try check("split.count: one of 2 parts: join them with gguf-split --merge") { $0.integer("split.count", 2) }
        try check("general.alignment: expected a power of two") { $0.integer("general.alignment", 24) }
        try check("general.tags: unknown metadata type 77") { $0.pairs.append(("general.tags", 77, Data())) }
        try check("byte #: the length of general.tags is 4611686018427387904, expected at most #") {
            $0.pairs.append(("general.tags", 9, File.number(UInt32(8)) + File.number(UInt64(1) << 62)))
        }
    }

    /// Numbers whose multiples no integer holds.
    @Test func countsBeyondAnySize() throws {
        for key in ["attention.head_count_kv", "attention.key_length", "context_length"] {
            try check("llama.\(key): expected 0 to 2147483647, found 4611686018427387904") {
                $0.pairs.removeAll { $0.key == "llama.\(key)" }
                $0.long("llama.\(key)", 1 << 62)
            }
        }
        for architecture in ["llama", "gptneox"] {
            try check("\(architecture).attention.head_count: expected 0 to 2147483647, found 4611686018427387904") {
                $0.pairs[0].value = File.string(architecture)
                $0.pairs.removeAll { $0.key == "llama.attention.head_count" }
                $0.long("\(architecture).attention.head_count", 1 << 62)
                $0.tensor("blk.0.attn_q.weight", [32, 32], Data(repeating: 0, count: 32 * 32 * 4))
            }
        }
        try check("split.count: expected 0 to 2147483647, found -1") {
            $0.pairs.append(("split.count", 5, File.number(Int32(-1))))
        }
    }

    @Test func whatIsNeverLeftOut() throws {
        for (architecture, kind) in [
            ("llama", "rms_"), ("qwen2", "rms_"), ("qwen3", "rms_"), ("gemma3", "rms_"), ("gpt2", ""), ("gptneox", ""),
        ] {
            try check("\(architecture).attention.layer_norm_\(kind)epsilon: missing") {
                $0.become(architecture)
                $0.pairs.removeAll { $0.key.hasSuffix("epsilon") }
            }
        }
        try check("gemma3.attention.sliding_window: missing") { $0.become("gemma3") }
    }

    @Test func rotationsThatAreNotFinite() throws {
        let reason = "a rotary frequency that is not finite"
        try check("llama.rope.freq_base: # makes \(reason)") {
            $0.number("llama.rope.freq_base", .leastNonzeroMagnitude)
        }
        try check("llama.rope.scaling.factor: makes \(reason)") {
            $0.number("llama.rope.scaling.factor", .leastNonzeroMagnitude)
        }
        try check("gemma3.rope.freq_base_swa: # makes \(reason)") {
            $0.become("gemma3")
            $0.integer("gemma3.attention.sliding_window", 4)
            $0.integer("gemma3.attention.sliding_window_pattern", 2)
            $0.number("gemma3.rope.freq_base_swa", .leastNonzeroMagnitude)
        }
        try check("rope_freqs.weight: makes \(reason)") {
            $0.tensor(
                "rope_freqs.weight", [8],
                (0..<8).reduce(Data()) { data, _ in data + File.number(Float.leastNonzeroMagnitude) })
        }
    }

    @Test func brokenTensors() throws {
        try check(
            "token_embd.weight: type Q2_K is not one of F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K, Q6_K"
        ) {
            $0.tensors[0].type = 10
        }
        try check("token_embd.weight: shape [3, 48] does not go in blocks of 32") {
            $0.tensors[0].shape = [48, 3]
            $0.tensors[0].type = 8
        }
        try check("token_embd.weight: the tensor's data ends at byte # of #: the file is cut short") {
            $0.tensors[0].shape = [32, 4]
        }
        try check("token_embd.weight: offset 8 is no multiple of 32") { $0.tensors[0].offset = 8 }
        try check("token_embd.weight: 5 dimensions, expected 1 to 4") { $0.tensors[0].shape = [32, 1, 1, 1, 3] }
        try check("byte #: a tensor without a name") { $0.tensors[0].name = "" }
        try check("output.weight: the tensor's data overlaps another's") {
            $0.tensors.append(("output.weight", [32, 3], 0, 0))
        }
        try check("blk.0.stranger.weight: this llama model has no such tensor") {
            $0.tensors.append(("blk.0.stranger.weight", [8], 0, 384))
            $0.data.append(Data(repeating: 0, count: 32))
        }
    }

    /// What is there decides, not what it is called.
    @Test func namesOfBases() throws {
        let bench = try Workbench("gpt2-plain")
        func refusal(_ name: String) -> TacitError? {
            thrown(TacitError.self) {
                try Converter(
                    ConversionOptions(base: bench.folder.appendingPathComponent(name).path, output: bench.output))
            }
        }
        try FileManager.default.moveItem(at: bench.base, to: bench.folder.appendingPathComponent("folder.gguf"))
        #expect(refusal("folder.gguf") == nil)
        for name in ["L.GGUF", "llama"] {
            try FileManager.default.copyItem(
                at: Self.folder.appendingPathComponent("llama.gguf"), to: bench.folder.appendingPathComponent(name))
            #expect(refusal(name) == nil)
        }
        #expect(mkfifo(bench.folder.appendingPathComponent("fifo.gguf").path, 0o600) == 0)
        #expect(refusal("fifo.gguf")?.kind == .noInput)
        #expect(refusal("fifo.gguf")?.reason == "not a folder")
        let file = "folder.gguf/config.json"
        #expect(refusal(file)?.kind == .noInput)
        #expect(refusal(file)?.reason == "not a folder: expected the folder that it lies in")
        #expect(refusal("absent.gguf")?.reason == "No such file or directory")
    }

    /// One that was written for this converter's own output, or cut anywhere, is refused in words.
    @Test func filesOfOtherKinds() throws {
        let bench = try Workbench("gpt2-plain")
        try bench.convert()
        let model = bench.output
        let refusal = thrown(TacitError.self) {
            try Converter(ConversionOptions(base: model, output: bench.output + "2"))
        }
        #expect(refusal?.place == "general.architecture")
        #expect(refusal?.reason.hasSuffix(": this is a model already") == true)
        let whole = try Data(contentsOf: Self.folder.appendingPathComponent("llama.gguf"))
        let path = bench.folder.appendingPathComponent("cut.gguf")
        for length in stride(from: 1, to: whole.count, by: whole.count / 97) {
            try whole.prefix(length).write(to: path)
            let error = thrown(TacitError.self) {
                try Converter(ConversionOptions(base: path.path, output: bench.output)).convert()
            }
            #expect(error?.kind == .badData)
        }
    }
}
