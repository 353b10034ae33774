import Foundation
import TacitTestSupport
import Testing

/// Model files with one thing made wrong: each with its line, from every command that opens them.
@Suite struct ModelAttackTests {
    /// What is done to a good file, by name, and what is said about it; `#` is a number that depends on the file.
    struct Attack: Sendable, CustomTestStringConvertible {
        let name: String
        let line: String
        let edit: @Sendable (inout EditableModel) -> Void

        init(_ name: String, _ line: String, _ edit: @escaping @Sendable (inout EditableModel) -> Void) {
            self.name = name
            self.line = line
            self.edit = edit
        }

        /// A metadata value replaced.
        init(_ name: String, _ key: String, _ value: EditableModel.Value?, _ line: String) {
            self.init(name, line) { $0[key] = value }
        }

        var testDescription: String { name }
    }

    static let structure = [
        Attack("another magic number", "byte 0: not a GGUF file") { $0.magic = Array("GGML".utf8) },
        Attack("an older version", "byte 4: GGUF version 2, expected 3") { $0.version = 2 },
        Attack(
            "big-endian",
            "byte 4: GGUF version 3 with its bytes in the other order (big-endian), expected little-endian"
        ) { $0.version = 3 << 24 },
        Attack(
            "2^63 tensors", "byte 8: the number of tensors is 9223372036854775808, expected at most 65536"
        ) { $0.statedTensors = 1 << 63 },
        Attack(
            "2^32 metadata pairs", "byte 16: the number of metadata pairs is 4294967296, expected at most 1024"
        ) { $0.statedPairs = 1 << 32 },
        Attack("no metadata", "general.architecture: metadata key is missing") { $0.statedPairs = 0 },
        Attack("one tensor too few", "byte 8: missing tensor head.bias") { $0.tensors.removeLast() },
        Attack("one tensor too many", "byte 8: unexpected tensor zebra") {
            var tensor = $0.tensors[0]
            tensor.name = "zebra"
            $0.tensors.append(tensor)
        },
        Attack("tensors in another order", "head.bias: expected the tensor head.panels here") {
            $0.tensors.swapAt($0.tensors.count - 1, $0.tensors.count - 2)
        },
        Attack("a tensor twice", "head.panels: the tensor occurs twice") {
            $0.entry("head.bias") { $0.name = "head.panels" }
        },
        Attack("overlapping tensors", "patch.bias: offset 0, expected 5120") {
            $0.entry("patch.bias") { $0.offset = 0 }
        },
        Attack("a hole between tensors", "patch.bias: offset 5184, expected 5120") {
            $0.entry("patch.bias") { $0.offset += 64 }
        },
        Attack("a tensor out of line", "patch.bias: offset 5121, expected 5120") {
            $0.entry("patch.bias") { $0.offset += 1 }
        },
        Attack("a tensor beyond the file", "head.bias: offset 9223372036854775808, expected #") {
            $0.entry("head.bias") { $0.offset = 1 << 63 }
        },
        Attack("a shape that overflows", "head.bias: shape [9223372036854775807, 16], expected [16]") {
            $0.entry("head.bias") { $0.shape = [16, .max / 2] }
        },
        Attack("an empty shape", "head.bias: shape [0], expected [16]") { $0.entry("head.bias") { $0.shape = [0] } },
        Attack("no dimensions", "head.bias: 0 dimensions, expected 1 to 4") {
            $0.entry("head.bias") { $0.shape = [] }
        },
        Attack("5 dimensions", "head.bias: 5 dimensions, expected 1 to 4") {
            $0.entry("head.bias") { $0.shape = [16, 1, 1, 1, 1] }
        },
        Attack("a tensor without a name", "byte #: a tensor without a name") {
            $0.entry("head.bias") {
                $0.name = ""
                $0.shape = []
            }
        },
        Attack("another type of tensor", "head.bias: type 12, expected F32") {
            $0.entry("head.bias") { $0.type = 12 }
        },
        Attack("a byte too many", "byte #: the file is # bytes long, expected #") { $0.data.append(0) },
        Attack("a byte too few", "byte #: the file is # bytes long, expected #") { $0.data.removeLast() },
    ]

    static let metadata = [
        Attack(
            "a model of llama.cpp", "general.architecture", .string("llama"),
            "general.architecture: expected tacit, found llama"),
        Attack("another alignment", "general.alignment", .uint32(32), "general.alignment: expected 64, found 32"),
        Attack(
            "a later layout", "tacit.layout_version", .uint32(4),
            "tacit.layout_version: expected 1 to 3, found 4: a later version wrote it, and can read it"),
        Attack("sinks without rows", "blocks.0.attention_norm.weight: expected the tensor sinks here") {
            ($0["tacit.context"], $0["tacit.sinks"]) = (.string("sliding"), .uint32(2))
        },
        Attack("sinks of windows", "tacit.sinks", .uint32(1), "sinks: they go with the context sliding, not restart"),
        Attack("2^32 - 1 sinks", "tacit.sinks", .uint32(.max), "sinks: expected 0 to 16, found 4294967295"),
        Attack("sinks of another type", "tacit.sinks", .float32(1), "tacit.sinks: expected a UINT32"),
        Attack("a missing key", "tacit.pool", nil, "tacit.pool: metadata key is missing"),
        Attack("another type of value", "tacit.pool", .uint32(1), "tacit.pool: expected a STRING"),
        Attack("a negative width", "tacit.trunk.width", .int32(-1), "tacit.trunk.width: expected a UINT32"),
        Attack("a bool of 2", "tacit.head_norm", .bool(2), "tacit.head_norm: a bool must be 0 or 1, not 2"),
        Attack(
            "an unknown type of value", "tacit.pool", .init(type: 99, bytes: []), "tacit.pool: unknown metadata type 99"
        ),
        Attack(
            "arrays of arrays", "tacit.labels", .array(9, count: 1, []),
            "tacit.labels: arrays of arrays are not supported"),
        Attack(
            "an array of 2^60", "tacit.thresholds", .array(6, count: 1 << 60, []),
            "byte #: the length of tacit.thresholds is 1152921504606846976, expected at most #"),
        Attack(
            "an array of -1", "tacit.thresholds", .array(6, count: .max, []),
            "byte #: the length of tacit.thresholds is 18446744073709551615, expected at most #"),
        Attack(
            "an unknown family", "tacit.trunk.family", .string("rwkv"),
            "tacit.trunk.family: rwkv is not one of gpt2, llama, qwen2, qwen3, gpt_neox, gemma3, opt, mistral, gpt_neo"),
        Attack(
            "an unknown activation", "tacit.trunk.activation", .string("mish"),
            "tacit.trunk.activation: mish is not one of gelu_tanh, silu, gelu, relu"),
        Attack(
            "a key of a later version", "tacit.trunk.depth_gate", .bool(1),
            "tacit.trunk.depth_gate: unknown: the file needs a later version of this program"),
        Attack(
            "an unknown place of norms", "tacit.trunk.norm_placement", .string("after"),
            "tacit.trunk.norm_placement: after is not one of before, around"),
        Attack(
            "an attention scale that is no number", "tacit.trunk.attention_scale", .float32(.nan),
            "trunk.attention_scale: expected a positive number, found nan"),
        Attack(
            "local frequencies without local layers", "tacit.trunk.local_frequencies", .bool(1),
            "trunk.local_frequencies: there are no local layers that rotate"),
        Attack(
            "a local window of two layers", "tacit.trunk.local_windows", .array(4, count: 1, [1, 0, 0, 0]),
            "trunk.local_windows: expected one a layer, 2, found 1"),
        Attack("a width of 0", "tacit.trunk.width", .uint32(0), "trunk.width: expected 1 to 65536, found 0"),
        Attack(
            "a width of 2^32 - 1", "tacit.trunk.width", .uint32(.max),
            "trunk.width: expected 1 to 65536, found 4294967295"),
        Attack(
            "2^31 layers", "tacit.trunk.layers", .uint32(1 << 31),
            "trunk.layers: expected 1 to 1024, found 2147483648"),
        Attack(
            "more layers than tensors", "tacit.trunk.layers", .uint32(1000),
            "tacit.trunk.layers: 1000 layers, but the file has # tensors"),
        Attack(
            "a part of the events' settings", "tacit.events.smooth", .float64(1),
            "tacit.events.on_after: metadata key is missing"),
        Attack("a wait of another type", "tacit.events.on_after: expected a FLOAT64") {
            for field in ["smooth", "off_below", "off_after"] { $0["tacit.events.\(field)"] = .float64(0.5) }
            $0["tacit.events.on_after"] = .float32(1)
        },
        Attack("an event that never turns on", "events.on_after: a wait before on of inf seconds, expected 0 to a week")
        {
            for (field, value) in [("smooth", 0), ("on_after", Double.infinity), ("off_below", 0.8), ("off_after", 0)] {
                $0["tacit.events.\(field)"] = .float64(value)
            }
        },
        Attack(
            "an event that never turns off",
            "events.off_below: an event that must fall below 0.0 of its threshold can never turn off"
        ) {
            for field in ["smooth", "on_after", "off_below", "off_after"] { $0["tacit.events.\(field)"] = .float64(0) }
        },
        Attack("no heads", "tacit.trunk.heads", .uint32(0), "trunk.heads: expected 1 to 4096, found 0"),
        Attack(
            "heads that do not divide", "tacit.trunk.key_value_heads", .uint32(3),
            "trunk.key_value_heads: 3 does not divide 4 heads"),
        Attack(
            "an odd rotary width", "tacit.trunk.rotary_width", .uint32(7),
            "trunk.rotary_width: expected an even number, 2 to the head's width of 8, found 7"),
        Attack(
            "an epsilon that is no number", "tacit.trunk.norm_epsilon", .float32(.nan),
            "trunk.norm_epsilon: expected more than 0 and at most 1, found nan"),
        Attack(
            "an epsilon of 0", "tacit.trunk.norm_epsilon", .float32(0),
            "trunk.norm_epsilon: expected more than 0 and at most 1, found 0.0"),
        Attack("a window of 0", "tacit.input.window", .uint32(0), "input.window: expected 1 to 65536, found 0"),
        Attack(
            "a window of 2^32 - 1", "tacit.input.window", .uint32(.max),
            "input.window: expected 1 to 65536, found 4294967295"),
        Attack(
            "patches of 2^20 samples", "tacit.input.patch", .uint32(1 << 20),
            "patch: expected shape [32, 1048576], found [32, 40]"),
        Attack(
            "a window of too many samples", "tacit.input.stride", .uint32(.max),
            "input.stride: expected 1 to 1048576, found 4294967295"),
        Attack(
            "no sample rate", "tacit.input.sample_rate", .uint32(0), "input.sample_rate: expected 1 to 1048576, found 0"
        ),
        Attack(
            "full attention that slides", "attention: full attention needs the context restart, not sliding"
        ) {
            $0["tacit.attention"] = .string("full")
            $0["tacit.context"] = .string("sliding")
        },
        Attack("sliding over a table of positions", "context: sliding needs rotary positions or none, not a table") {
            $0["tacit.context"] = .string("sliding")
            $0["tacit.trunk.positions"] = .string("table")
            $0["tacit.trunk.rotary_width"] = .uint32(0)
        },
        Attack(
            "a threshold too few", "tacit.thresholds", .float32s([0.5, 0.5]), "thresholds: expected one a label, 3"),
        Attack(
            "a threshold that is no number", "tacit.thresholds", .float32s([0.5, .nan, 0.5]),
            "thresholds: each must be 0...1"),
        Attack("a label twice", "tacit.labels", .strings(["a", "b", "a"]), "labels: a label occurs twice"),
        Attack(
            "a label without a name", "tacit.labels", .strings(["a", "", "b"]),
            "labels: a label must have 1 to 1024 bytes"),
        Attack(
            "a label that is no UTF-8", "tacit.labels",
            .array(8, count: 3, [1, 0, 0, 0, 0, 0, 0, 0, 0xff]), "byte #: tacit.labels is not UTF-8"),
        Attack(
            "fewer labels than the head has", "head: expected shape [2, 32], found [3, 32]"
        ) {
            $0["tacit.labels"] = .strings(["a", "b"])
            $0["tacit.thresholds"] = .float32s([0.5, 0.5])
        },
        Attack(
            "matrices of 3 bits", "patch: unknown encoding: 3 bits, groups of 0, layout version 1"
        ) { $0["tacit.matrices.bits"]?.bytes[12] = 3 },
        Attack(
            "panels of the rule of pairs",
            "blocks.0.attention.qkv: unknown encoding: 8 bits, groups of 0, layout version 2"
        ) { $0["tacit.matrices.layout"]?.bytes[12 + 4] = 2 },
        Attack(
            "matrices without names", "tacit.matrices.name", .strings([]),
            "tacit.matrices.name: expected # elements, found 0"),
        Attack("a report of another type", "tacit.report", .uint32(1), "tacit.report: expected a STRING"),
        Attack(
            "a report without end", "tacit.report", .string(String(repeating: "[", count: 16385)),
            "tacit.report: 16385 bytes, expected at most 16384"),
        Attack("another digest", "tacit.digest.algorithm", .string("md5"), "tacit.digest.algorithm: expected sha256"),
        Attack("a key twice", "byte #: metadata key tacit.pool occurs twice") {
            $0.pairs.append((Array("tacit.pool".utf8), .string("last")))
        },
        Attack("a key of no UTF-8", "byte 32: a metadata key is not UTF-8") { $0.pairs[0].key = [0xc0, 0xaf] },
        Attack("a key of 300 bytes", "byte 24: length of a metadata key is 300, expected at most 256") {
            $0.pairs[0].key = [UInt8](repeating: 0x61, count: 300)
        },
    ]

    private let model: ConvertedModel
    private let original: EditableModel
    private let sound: String

    init() throws {
        let golden = try GoldenCase(name: "llama-plain")
        model = try ConvertedModel(golden, weights: "int8")
        sound = golden.path(of: golden.sounds[0])
        original = EditableModel(Array(try Data(contentsOf: URL(fileURLWithPath: model.path))))
    }

    private func commands(_ path: String) -> [[String]] {
        [
            ["show", path], ["verify", path], ["classify", path, sound], ["embed", "--json", path, sound],
            ["listen", path, "--input", sound], ["bench", path, "--seconds", "0.01"],
        ]
    }

    @Test func takenApartAndPutTogether() throws {
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: model.path)))
        #expect(original.sealed() == bytes)
    }

    @Test(arguments: structure + metadata)
    func isRefused(attack: Attack) throws {
        var edited = original
        attack.edit(&edited)
        let path = try model.folder.write("bad.gguf", edited.bytes().file)
        for command in commands(path) {
            let outcome = try Executable.tacit.run(command)
            #expect(outcome.status == 65, "\(attack.name): \(command[0])")
            #expect(outcome.output.isEmpty)
            #expect(outcome.errorLines.count == 1)
            #expect(matches(outcome.standardError, "tacit: \(path): \(attack.line)\n"), "\(outcome.standardError)")
        }
    }

    /// What opening does not read: `verify` finds it behind digests that are right, and nothing else trips over it.
    static let contents = [
        Attack("a scale that is no number", "blocks.0.attention.qkv.scales: holds a number that is not finite") {
            $0.contents("blocks.0.attention.qkv.scales") { $0.replaceSubrange(4..<8, with: [0, 0, 0xc0, 0x7f]) }
        },
        Attack("an infinite scale", "blocks.1.feed_forward.out.scales: holds a number that is not finite") {
            $0.contents("blocks.1.feed_forward.out.scales") { $0.replaceSubrange(0..<4, with: [0, 0, 0x80, 0x7f]) }
        },
        Attack("a negative scale", "blocks.0.attention.out.scales: holds a negative scale") {
            $0.contents("blocks.0.attention.out.scales") { $0[3] = 0xbf }
        },
        Attack("a norm that is no number", "final_norm.weight: holds a number that is not finite") {
            $0.contents("final_norm.weight") { $0.replaceSubrange(0..<4, with: [1, 0, 0x80, 0xff]) }
        },
        Attack("an infinite bias", "head.bias: holds a number that is not finite") {
            $0.contents("head.bias") { $0.replaceSubrange(0..<4, with: [0, 0, 0x80, 0xff]) }
        },
        Attack("a patch projection of NaN", "patch.panels: holds a number that is not finite") {
            $0.contents("patch.panels") { $0 = [UInt8](repeating: 0xff, count: $0.count) }
        },
        Attack(
            "weights that overflow 16 bits",
            "blocks.0.attention.qkv.panels: row 0, column 0: [127, 127, 127, 127] breaks the rule of fours"
        ) { $0.contents("blocks.0.attention.qkv.panels") { $0 = [UInt8](repeating: 127, count: $0.count) } },
        Attack(
            "a weight of -128",
            "blocks.0.attention.qkv.panels: row 0, column 0: [-128, 0, 0, 0] breaks the rule of fours"
        ) {
            $0.contents("blocks.0.attention.qkv.panels") {
                $0.replaceSubrange(0..<4, with: [0x80, 0, 0, 0])
                $0.replaceSubrange(64..<68, with: [0, 0, 0, 0])
            }
        },
        Attack(
            "two steps that overflow 16 bits together",
            "blocks.0.attention.qkv.panels: row 0, column 2: [-64, -1, 1, -64] breaks the rule of fours"
        ) {
            $0.contents("blocks.0.attention.qkv.panels") {
                $0.replaceSubrange(0..<4, with: [64, 64, 0xc0, 0xff])
                $0.replaceSubrange(64..<68, with: [0, 0xff, 1, 0xc0])
            }
        },
        Attack("a wrong sum", "blocks.0.attention.qkv.panels: row 1: the stored sum is not that of the row") {
            $0.contents("blocks.0.attention.qkv.sums") { $0.replaceSubrange(4..<8, with: [0xff, 0xff, 0xff, 0x7f]) }
        },
    ]

    @Test(arguments: contents)
    func isFoundByVerify(attack: Attack) throws {
        var edited = original
        attack.edit(&edited)
        let path = try model.folder.write("bad.gguf", edited.sealed())
        let outcome = try Executable.tacit.run(["verify", path])
        #expect(outcome.status == 65)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errorLines == ["tacit: \(path): \(attack.line)"], "\(attack.name)")
        for command in commands(path) where command[0] != "verify" {
            let outcome = try Executable.tacit.run(command + (command[0] == "classify" ? ["--json", "--logits"] : []))
            #expect(outcome.status == 0 || outcome.status == 65, "\(attack.name): \(command[0])")
            for line in outcome.outputLines where command[0] == "classify" || command.contains("--json") {
                #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) }
            }
        }
    }

    @Test func paddingIsDigestedToo() throws {
        var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: model.path)))
        // rotary.frequencies has 16 bytes and 48 of padding.
        let dataStart = bytes.count - original.data.count
        bytes[dataStart + 5248 + 20] = 1
        let path = try model.folder.write("bad.gguf", bytes)
        let outcome = try Executable.tacit.run(["verify", path])
        #expect(outcome.status == 65)
        #expect(outcome.errorLines == ["tacit: \(path): header: the digest does not match: the file is damaged"])
        #expect(try Executable.tacit.run(["classify", path, sound]).status == 0)
    }

    /// Models of another sense than the command's.
    @Test func ofTheWrongSense() throws {
        let base = try GoldenCase(name: "llama-plain").baseFolder.path
        let tokens = try ConvertedModel(base: base)
        for (command, line) in [
            (["classify", tokens.path, sound], "labels: the model has none, so it can only embed"),
            (["listen", tokens.path, "--input", sound], "labels: the model has none, so it can only embed"),
            (["eval", tokens.path, "--dataset", "folder:/"], "labels: the model has none, so it can only embed"),
        ] {
            let outcome = try Executable.tacit.run(command)
            #expect(outcome.status == 65)
            #expect(outcome.errorLines == ["tacit: \(tokens.path): \(line)"])
        }
        // A sound is a file of odd length, or one with ids beyond the vocabulary.
        let outcome = try Executable.tacit.run(["embed", tokens.path, sound])
        #expect(outcome.status == 65)
        #expect(outcome.errorLines.count == 1)
        #expect(outcome.standardError.hasPrefix("tacit: \(sound): "))
    }
}

/// Whether a line is `pattern` with a number for each `#`.
private func matches(_ line: String, _ pattern: String) -> Bool {
    let expression = NSRegularExpression.escapedPattern(for: pattern).replacingOccurrences(of: "#", with: "[0-9]+")
    return line.range(of: "^" + expression + "$", options: .regularExpression) == line.startIndex..<line.endIndex
}
