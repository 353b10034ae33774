import Foundation
import TacitConversion
import TacitEngine
import TacitModelFile
import TacitTestSupport
import Testing

/// int8 against the f32 conversion of the same model, over many random models: the golden ones with each matrix's
/// elements in another order, so that spreads, shapes and settings stay what they were.
@Suite struct ReshuffledModelTests {
    @Test(arguments: GoldenConversionTests.cases, 1...3 as ClosedRange<UInt64>)
    func int8StaysNearFloat32(name: String, seed: UInt64) throws {
        let bench = try Workbench(name)
        var random = RandomNumbers(seed: seed)
        for folder in ["base", "adapter"] {
            let files = try FileManager.default.contentsOfDirectory(
                atPath: bench.folder.appendingPathComponent(folder).path)
            for file in files.sorted() where file.hasSuffix(".safetensors") {
                try bench.edit(tensors: "\(folder)/\(file)") { header, data in
                    shuffle(header, &data, using: &random)
                }
            }
        }
        try bench.convert(.f32)
        let exact = try Model(ModelFile(path: bench.output))
        try bench.convert(.int8)
        let file = try ModelFile(path: bench.output)
        try file.verify()
        #expect(file.format(ofMatrix: TensorName.feedForwardOutput(0))?.encoding == .int8TwoPlanes)
        let rounded = try Model(file)
        for _ in 0..<4 {
            let description = exact.description
            let patches = (0..<description.input.window * description.input.patchSize).map { _ in
                Float.random(in: -1...1, using: &random)
            }
            let expected = try logits(exact, patches)
            let found = try logits(rounded, patches)
            let most = expected.map(abs).max() ?? 0
            let worst = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
            #expect(worst <= 0.06 * most)
            #expect(worst > 0, "something is rounded")
        }
    }

    @Test func onlyNarrowTrunksTakeTwoPlanes() {
        #expect(ConversionOptions.Weights.int8.encoding(width: 128) == .int8TwoPlanes)
        #expect(ConversionOptions.Weights.int8.encoding(width: 129) == .int8)
        #expect(ConversionOptions.Weights.f32.encoding(width: 32) == .float32)
        #expect(ConversionOptions.Weights.int4.encoding(width: 32, groupSize: .long) == .int4TwoPlanes(groupSize: 128))
    }

    /// Of every tensor by itself, by elements of its own size.
    private func shuffle(_ header: [String: Any], _ data: inout Data, using random: inout RandomNumbers) {
        for (_, entry) in header.sorted(by: { $0.key < $1.key }) {
            guard let fields = entry as? [String: Any], let shape = fields["shape"] as? [Int],
                let offsets = fields["data_offsets"] as? [Int], offsets.count == 2
            else { continue }
            let count = shape.reduce(1, *)
            guard count > 1 else { continue }
            let size = (offsets[1] - offsets[0]) / count
            let bytes = [UInt8](data[data.startIndex + offsets[0]..<data.startIndex + offsets[1]])
            let order = (0..<count).shuffled(using: &random)
            let moved = order.flatMap { bytes[$0 * size..<($0 + 1) * size] }
            data.replaceSubrange(data.startIndex + offsets[0]..<data.startIndex + offsets[1], with: moved)
        }
    }

    private func logits(_ model: Model, _ patches: [Float]) throws -> [Float] {
        let window = model.description.input.window
        let session = try Session(model: model, maximumPatches: window, threads: 1)
        patches.withUnsafeBufferPointer {
            if let base = $0.baseAddress { session.push(patches: base, count: window, context: 0) }
        }
        var logits = [Float](repeating: .nan, count: model.description.labels.count)
        logits.withUnsafeMutableBufferPointer { session.readLogits(context: 0, into: $0) }
        return logits
    }
}
