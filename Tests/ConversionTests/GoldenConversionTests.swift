import Foundation
import TacitConversion
import TacitModelFile
import Testing

@Suite struct GoldenConversionTests {
    static let cases = [
        "gemma3", "gemma3-sinks", "gpt-neo", "gpt-neox-lora-bias", "gpt-neox-sequential", "gpt2-full-hidden",
        "gpt2-gelu-dora", "gpt2-odd-logmel", "gpt2-plain", "gpt2-sharded-patterns", "gpt2-sinks", "gpt2-sliding",
        "llama-biased-patterns", "llama-grouped-logmel", "llama-learned", "llama-lora-only-bias", "llama-plain",
        "llama-sinks", "llama-sliding", "llama-sliding-last-logmel", "llama-wide-heads-full", "mistral-ia3",
        "opt", "opt-ia3", "qwen2", "qwen3-dora",
    ]

    @Test(arguments: cases, [ConversionOptions.Weights.f32, .int8])
    func everyFormConverts(name: String, weights: ConversionOptions.Weights) throws {
        let bench = try Workbench(name)
        let report = try bench.convert(weights)
        let file = try ModelFile(path: bench.output)
        try file.verify()
        #expect(report.bytesAfter == file.byteCount)
        #expect(report.tensors == file.tensors.count)
        #expect(report.adaptedModules > 0)
        // One rounding to 32 bits: 2^-24 of each weight.
        #expect(try #require(report.fusionDifference) < 5e-7)
        for kind in report.kinds {
            #expect(kind.matrices == file.description.trunk.layers)
            if weights == .f32 {
                #expect(kind.error.decibels == nil)
            } else {
                #expect(try #require(kind.error.decibels) > 38)
            }
        }
        // Nothing of where it was made.
        let bytes = try bench.read("model.gguf")
        #expect(bytes.range(of: Data(bench.folder.lastPathComponent.utf8)) == nil)
        #expect(file.provenance.files.map(\.name).contains("adapter_config.json"))
        #expect(file.provenance.files.allSatisfy { !$0.name.contains("/") })
    }

    /// What the file holds is what the report says of it.
    @Test(arguments: cases, ConversionOptions.GroupSize.allCases)
    func int4IsAsGoodAsItsReportSays(name: String, groupSize: ConversionOptions.GroupSize) throws {
        let bench = try Workbench(name)
        try bench.convert(.f32)
        let exact = try ModelFile(path: bench.output)
        let names = exact.description.matrices.filter(\.isTrunk).map(\.name)
        let weights = try names.map { Float32Copy.weights(try exact.matrix($0)) }

        // Smoothed weights are not the base's.
        let report = try bench.convert(.int4, groupSize: groupSize, smoothing: .off)
        #expect(report.encoding == .int4TwoPlanes(groupSize: groupSize.rawValue))
        let file = try ModelFile(path: bench.output)
        try file.verify()
        #expect(file.provenance.flags == "--weights int4 --group-size \(groupSize.rawValue)")
        var (signal, noise) = (0.0, 0.0)
        for (name, weights) in zip(names, weights) {
            #expect(file.format(ofMatrix: name)?.encoding == report.encoding)
            for (weight, value) in zip(weights, Float32Copy.weights(try file.matrix(name))) {
                signal += Double(weight) * Double(weight)
                noise += (Double(weight) - Double(value)) * (Double(weight) - Double(value))
            }
        }
        #expect(abs(signal - report.kinds.reduce(0) { $0 + $1.error.signal }) <= 1e-9 * signal)
        #expect(abs(noise - report.kinds.reduce(0) { $0 + $1.error.noise }) <= 1e-5 * noise)
        #expect(signal > 5000 * noise)
    }

    @Test func theSameInputGivesTheSameBytes() throws {
        let bench = try Workbench("llama-biased-patterns")
        try bench.convert()
        let first = try bench.read("model.gguf")
        try bench.convert()
        #expect(try bench.read("model.gguf") == first)
        try bench.convert(.int4, groupSize: .middle)
        let grouped = try bench.read("model.gguf")
        try bench.convert(.int4, groupSize: .middle)
        #expect(try bench.read("model.gguf") == grouped)
        try bench.convert(.f32)
        #expect(try bench.read("model.gguf") != first)
    }

    @Test func aBaseAloneTakesItsOwnTokens() throws {
        let bench = try Workbench("llama-wide-heads-full")
        try bench.convert(.f32, withAdapter: false)
        let file = try ModelFile(path: bench.output)
        let description = file.description
        #expect(description.input == .tokens(TokensInput(vocabulary: 47, codebooks: 1, window: 128)))
        #expect(description.labels.isEmpty && description.pool == .last && description.context == .restart)
        #expect(try file.vector("codebook.0").count == 47 * 24)
    }

    /// transformers goes by what is said of each layer, whatever the patterns say that it was made of.
    @Test(
        arguments: [
            (nil, nil, [0, 5, 0]), (["local", "local", "global"], nil, [5, 5, 0]),
            (["global", "global", "global"], nil, []),
            (nil, [[["local"], 3]], [0, 5, 0]), (["global", "local", "local"], [[["global"], 3]], [0, 5, 5]),
        ] as [([String]?, [[any Sendable]]?, [Int])])
    func gptNeoLayersThatAreListed(_ layers: [String]?, _ patterns: [[any Sendable]]?, _ windows: [Int]) throws {
        let bench = try Workbench("gpt-neo")
        try bench.edit("base/config.json") {
            if let layers { $0["attention_layers"] = layers }
            if let patterns { $0["attention_types"] = patterns }
        }
        try bench.convert(.f32, withAdapter: false)
        #expect(try ModelFile(path: bench.output).description.trunk.localWindows == windows)
    }

    @Test func gptNeoLayersByPatternsAlone() throws {
        let bench = try Workbench("gpt-neo")
        try bench.edit("base/config.json") {
            $0["attention_layers"] = nil
            $0["attention_types"] = [[["local", "global", "local"], 1]]
        }
        try bench.convert(.f32, withAdapter: false)
        #expect(try ModelFile(path: bench.output).description.trunk.localWindows == [5, 0, 5])
    }

    @Test func nothingIsLeftOfAFailure() throws {
        let bench = try Workbench("gpt2-plain")
        struct Stop: Error {}
        let converter = try Converter(
            ConversionOptions(base: bench.base.path, adapter: bench.adapter.path, output: bench.output))
        #expect(throws: Stop.self) {
            try converter.convert(progress: { done, _ in if done == 5 { throw Stop() } })
        }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: bench.folder.path).sorted() == ["adapter", "base"])
    }

    @Test func sourceTypesGiveTheSameValues() throws {
        // The same numbers as F64, F32, BF16: powers of two and small multiples of them fit all.
        let bench = try Workbench("gpt2-plain")
        var models: [Data] = []
        for type in ["F64", "F32", "F16", "BF16"] {
            try bench.edit(tensors: "base/model.safetensors") { header, data in
                var values = Data()
                for (name, entry) in header.sorted(by: { $0.key < $1.key }) where name != "__metadata__" {
                    guard var fields = entry as? [String: Any], let shape = fields["shape"] as? [Int] else { continue }
                    let start = values.count
                    for index in 0..<shape.reduce(1, *) {
                        let value = Float((index * 37) % 255 - 127) / 128
                        switch type {
                        case "F64": withUnsafeBytes(of: Double(value)) { values.append(contentsOf: $0) }
                        case "F32": withUnsafeBytes(of: value) { values.append(contentsOf: $0) }
                        case "BF16":
                            withUnsafeBytes(of: UInt16(value.bitPattern >> 16)) { values.append(contentsOf: $0) }
                        default: withUnsafeBytes(of: Self.half(value)) { values.append(contentsOf: $0) }
                        }
                    }
                    fields["dtype"] = type
                    fields["data_offsets"] = [start, values.count]
                    header[name] = fields
                }
                data = values
            }
            try bench.convert(.f32, withAdapter: false)
            let file = try ModelFile(path: bench.output)
            models.append(
                try file.tensors.reduce(into: Data()) { data, tensor in
                    if tensor.type == .float32, !tensor.name.hasSuffix(".panels"), !tensor.name.hasSuffix(".bias") {
                        data.append(contentsOf: UnsafeRawBufferPointer(try file.vector(tensor.name)))
                    } else if tensor.name.hasSuffix(".panels") {
                        data.append(contentsOf: try file.matrix(String(tensor.name.dropLast(7))).panels)
                    }
                })
        }
        #expect(!models[0].isEmpty)
        #expect(models.allSatisfy { $0 == models[0] })
    }

    /// IEEE 754 binary16 of a multiple of 1/128 below 1, which fits exactly.
    private static func half(_ value: Float) -> UInt16 {
        guard value != 0 else { return 0 }
        let exponent = UInt16(value.exponent + 15)
        let fraction = UInt16((value.magnitude.significand - 1) * 1024)
        return (value < 0 ? 0x8000 : 0) | exponent << 10 | fraction
    }
}
