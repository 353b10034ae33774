import Foundation
import TacitConversion
import TacitModelFile
import TacitTestSupport
import Testing

/// What is never quantized keeps 16 bits where it has no more.
@Suite struct HalfProjectionTests {
    /// Stores one tensor of an adapter as F16, and returns its numbers.
    private static func makeHalf(_ name: String, in bench: Workbench) throws -> [Float] {
        var numbers: [Float] = []
        try bench.edit(tensors: "adapter/tacit.safetensors") { header, data in
            let old = data
            data = Data()
            for (key, value) in header.sorted(by: { $0.key < $1.key }) {
                guard var entry = value as? [String: Any], let range = entry["data_offsets"] as? [Int] else { continue }
                var bytes = old[old.startIndex + range[0]..<old.startIndex + range[1]]
                if key == name {
                    numbers = (0..<bytes.count / 4).map { Float($0 % 2047 - 1023) / 4096 }
                    bytes = numbers.compactMap(HalfFloat.bits).withUnsafeBytes { Data($0) }
                    entry["dtype"] = "F16"
                }
                entry["data_offsets"] = [data.count, data.count + bytes.count]
                data.append(bytes)
                header[key] = entry
            }
        }
        return numbers
    }

    @Test(arguments: ["llama-plain", "gpt2-plain"], [ConversionOptions.Weights.int8, .int4, .f32])
    func aProjectionOf16BitsStaysSo(name: String, weights: ConversionOptions.Weights) throws {
        let bench = try Workbench(name)
        let numbers = try Self.makeHalf("patch.weight", in: bench)
        try bench.convert(weights)
        let file = try ModelFile(path: bench.output)
        try file.verify()
        let patch = try file.matrix("patch")
        #expect(patch.encoding == (weights == .f32 ? .float32 : .float16))
        #expect(Float32Copy.weights(patch) == numbers)
        #expect(!numbers.isEmpty)
        // Its neighbour has 32 bits, and keeps them.
        #expect(try file.matrix("head").encoding == .float32)
    }
}
