import Foundation
import TacitConversion
import TacitEngine
import TacitModelFile
import TacitTestSupport
import Testing

/// Which form of int8 a trunk gets without smoothing, by a base whose norms make outliers that the next matrices take
/// back: the function is the same, the activations are not.
@Suite struct Int8TrialTests {
    /// A Llama base of two layers, wide enough that int8 has one plane, and that most groups have no outlier.
    final class Base {
        static let width = 512
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tacit-" + UUID().uuidString)
        var output: String { folder.appendingPathComponent("model.gguf").path }

        /// - Parameters:
        ///   - outlier: how many times larger some channels of norms' outputs are.
        ///   - channels: which ones.
        ///   - layers: how many.
        ///   - staged: first layers that have them.
        init(outlier: Float, channels: Set<Int> = [37], layers: Int = 2, staged: Int = .max) throws {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let config: [String: Any] = [
                "model_type": "llama", "hidden_size": Self.width, "num_hidden_layers": layers, "num_attention_heads": 4,
                "num_key_value_heads": 2, "intermediate_size": 512, "rms_norm_eps": 1e-6, "rope_theta": 10000.0,
                "max_position_embeddings": 64, "vocab_size": 50, "hidden_act": "silu", "tie_word_embeddings": true,
                "attention_bias": false, "mlp_bias": false,
            ]
            try JSONSerialization.data(withJSONObject: config).write(to: folder.appendingPathComponent("config.json"))
            try Self.tensors(outlier, channels, layers, staged).write(
                to: folder.appendingPathComponent("model.safetensors"))
        }

        deinit {
            try? FileManager.default.removeItem(at: folder)
        }

        private static func tensors(
            _ outlier: Float, _ channels: Set<Int>, _ layers: Int, _ staged: Int
        ) throws -> Data {
            var shapes: [(name: String, rows: Int, columns: Int)] = [("embed_tokens", 50, width), ("norm", width, 0)]
            for layer in 0..<layers {
                for (name, rows, columns) in [
                    ("input_layernorm", width, 0), ("self_attn.q_proj", 512, width), ("self_attn.k_proj", 256, width),
                    ("self_attn.v_proj", 256, width), ("self_attn.o_proj", width, 512),
                    ("post_attention_layernorm", width, 0), ("mlp.gate_proj", 512, width), ("mlp.up_proj", 512, width),
                    ("mlp.down_proj", width, 512),
                ] { shapes.append(("layers.\(layer).\(name)", rows, columns)) }
            }
            var header: [String: Any] = [:]
            var data = Data()
            var generator = RandomNumbers(seed: 11)
            for (name, rows, columns) in shapes {
                let start = data.count
                let readsNorm = ["q_proj", "k_proj", "v_proj", "gate_proj", "up_proj"].contains { name.hasSuffix($0) }
                let own = (0..<min(layers, staged)).contains { name.hasPrefix("layers.\($0).") } ? outlier : 1
                for index in 0..<rows * max(1, columns) {
                    var value: Float = 1
                    if columns > 0 { value = (generator.unit() - 0.5) * 0.08 }
                    if columns == 0, channels.contains(index) { value = own }
                    if readsNorm, channels.contains(index % columns) { value /= own }
                    withUnsafeBytes(of: value) { data.append(contentsOf: $0) }
                }
                header["model.\(name).weight"] =
                    [
                        "dtype": "F32", "shape": columns > 0 ? [rows, columns] : [rows],
                        "data_offsets": [start, data.count],
                    ] as [String: Any]
            }
            return Workbench.safetensors(try JSONSerialization.data(withJSONObject: header), data)
        }

        func convert(
            _ weights: ConversionOptions.Weights = .int8, form: ConversionOptions.Int8Form? = nil,
            smoothing: ConversionOptions.Smoothing? = nil, twoPlaneLayers: Int? = nil
        ) throws -> (report: ConversionReport, bytes: Data) {
            let report = try Converter(
                ConversionOptions(
                    base: folder.path, weights: weights, int8Form: form, smoothing: smoothing,
                    twoPlaneLayers: twoPlaneLayers, output: output)
            ).convert()
            return (report, try Data(contentsOf: URL(fileURLWithPath: output)))
        }

        /// What the last conversion makes of forty tokens.
        func embedding() throws -> [Float] {
            let session = try Session(model: Model(ModelFile(path: output)), maximumPatches: 40, threads: 1)
            let tokens = (0..<40).map { Int32($0 * 7 % 50) }
            try session.push(tokens: tokens, count: 40, context: 0)
            var embedding = [Float](repeating: .nan, count: Self.width)
            embedding.withUnsafeMutableBufferPointer { session.readEmbedding(context: 0, into: $0) }
            return embedding
        }
    }

    static func distance(_ found: [Float], _ exact: [Float]) -> Float {
        let noise = zip(found, exact).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        return (noise / exact.reduce(0) { $0 + $1 * $1 }).squareRoot()
    }

    @Test func tameTrunksKeepTheFastForm() throws {
        let base = try Base(outlier: 1)
        let (report, bytes) = try base.convert()
        #expect(report.encoding == .int8)
        let error = try #require(report.rowsError)
        #expect(error.mean > 0.001 && error.mean < 0.04 && error.worst < 0.2)
        #expect(try ModelFile(path: base.output).provenance.flags == "--weights int8")
        #expect(report.table.contains("\nint8      one range a row, which puts the trunk's output "))
        // What a trial found out leaves no trace.
        #expect(try base.convert(form: .rows).bytes == bytes)
    }

    @Test func outliersAskForGroups() throws {
        let base = try Base(outlier: 120)
        _ = try base.convert(.f32)
        let exact = try base.embedding()

        let (report, bytes) = try base.convert(smoothing: .off, twoPlaneLayers: 0)
        #expect(report.encoding == .int8Groups)
        #expect(report.table.contains("\nint8      in groups of 32, since one range a row puts the trunk's output "))
        let file = try ModelFile(path: base.output)
        try file.verify()
        #expect(file.provenance.flags == "--weights int8 --int8-form groups")
        for shape in file.description.matrices where shape.isTrunk {
            #expect(file.format(ofMatrix: shape.name)?.encoding == .int8Groups)
        }
        let groups = Self.distance(try base.embedding(), exact)
        #expect(try base.convert(smoothing: .off, twoPlaneLayers: 0).bytes == bytes)
        #expect(try base.convert(form: .groups, smoothing: .off).bytes == bytes)

        let forced = try base.convert(form: .rows, smoothing: .off)
        #expect(forced.report.encoding == .int8 && forced.report.rowsError == nil)
        let rows = Self.distance(try base.embedding(), exact)
        // The outlier's own group, a sixteenth of the row, loses as much as ever.
        #expect(groups < 0.2 && rows > 1.4 * groups, "\(rows) in rows, \(groups) in groups")
        let error = try #require(report.rowsError)
        #expect(error.mean > 0.04 || error.worst > 0.2)
    }

    /// A language model as it is: its tokens are no harder than what it will read, so that 4 % are too much.
    @Test func tokensAreHeldToLess() throws {
        var between = 0
        for outlier: Float in [1, 4, 8, 12, 16, 24, 32] {
            let report = try Base(outlier: outlier).convert(smoothing: .off).report
            let error = try #require(report.rowsError)
            let isTame = error.mean <= 0.04 && error.worst <= 0.2
            #expect(report.encoding == (isTame ? .int8 : .int8Groups), "\(outlier): \(error)")
            if error.mean > 0.04 && error.mean < 0.1 && error.worst < 0.2 { between += 1 }
        }
        #expect(between > 0)
    }

    /// The trial is for int8 in one plane: nothing else depends on it.
    @Test func othersAreNotTried() throws {
        let base = try Base(outlier: 120)
        for weights in [ConversionOptions.Weights.f32, .int4] {
            #expect(try base.convert(weights).report.rowsError == nil)
        }
        let narrow = try Workbench("gpt2-plain").convert()
        #expect(narrow.rowsError == nil && narrow.encoding == .int8TwoPlanes)
    }
}
