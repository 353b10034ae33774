import Foundation
import TacitConversion
import TacitModelFile
import TacitTestSupport
import Testing

/// What labels are learned by, from the adapter folder to the model file.
@Suite struct LearningHeadTests {
    private static let width = 5

    /// An adapter with a matrix over two levels, and what is in it.
    private static func bench(prototypes: Bool = true) throws -> (bench: Workbench, values: [String: [Float]]) {
        let bench = try Workbench("llama-plain")
        try bench.convert(.f32)
        let plain = try ModelFile(path: bench.output).description
        let inputs = 2 * 2 * plain.trunk.width
        var random = RandomNumbers(seed: 1)
        var values: [String: [Float]] = [:]
        for (name, count) in [
            ("learning.weight", width * inputs), ("learning.bias", width),
            ("learning.prototypes", plain.labels.count * width),
            ("learning.others", 4 * width),
        ] where prototypes || !["learning.prototypes", "learning.others"].contains(name) {
            values[name] = (0..<count).map { _ in Float.random(in: -1...1, using: &random) }
        }
        try bench.edit("adapter/tacit.json") { $0["learning"] = ["levels": [1, 2]] }
        try bench.edit(tensors: "adapter/tacit.safetensors") { header, data in
            for (name, numbers) in values.sorted(by: { $0.key < $1.key }) {
                let bytes = numbers.withUnsafeBytes { Data($0) }
                let shape =
                    name.hasSuffix("bias")
                    ? [width]
                    : [numbers.count / (name.hasSuffix("weight") ? inputs : width)]
                        + [name.hasSuffix("weight") ? inputs : width]
                // Foundation of Swift 6.0.3 can't write an array of one Int.
                header[name] = [
                    "dtype": "F32", "shape": shape.map { $0 as Any },
                    "data_offsets": [data.count, data.count + bytes.count],
                ]
                data.append(bytes)
            }
        }
        return (bench, values)
    }

    @Test(arguments: [ConversionOptions.Weights.f32, .int8, .int4])
    func everythingIsInTheFile(weights: ConversionOptions.Weights) throws {
        let (bench, values) = try Self.bench()
        try bench.convert(weights)
        let file = try ModelFile(path: bench.output)
        try file.verify()
        let head = try #require(file.description.learning)
        #expect(head == LearningHead(levels: [1, 2], width: Self.width, hasPrototypes: true, others: 4))
        #expect(try Array(file.vector("learning.others")) == values["learning.others"])
        #expect(try Array(file.vector("learning.prototypes")) == values["learning.prototypes"])
        let matrix = try file.matrix("learning")
        #expect(matrix.encoding == (weights == .f32 ? .float32 : .int8Groups))
        #expect(matrix.bias.map { Array($0.prefix(Self.width)) } == values["learning.bias"])
        let found = Float32Copy.weights(matrix)
        let expected = try #require(values["learning.weight"])
        // The scale with the least squared error, at which the largest weights are cut off.
        #expect(relativeDifference(found, expected) <= (weights == .f32 ? 0 : 0.015))
    }

    /// Left out of the file where there are none, as by converters from before.
    @Test func pointsForTaughtLabelsAlone() throws {
        let (bench, _) = try Self.bench()
        try bench.edit("adapter/tacit.json") {
            $0["learning"] = ["levels": [1, 2], "taught_others": 3] as [String: Any]
        }
        try bench.convert(.int8)
        #expect(try ModelFile(path: bench.output).description.learning?.taughtOthers == 3)
    }

    @Test func withoutPrototypes() throws {
        let (bench, _) = try Self.bench(prototypes: false)
        try bench.convert(.int8)
        #expect(try ModelFile(path: bench.output).description.learning?.hasPrototypes == false)
    }

    /// Logits are those of the same adapter without: the rest of the file is the same.
    @Test func theRestIsAsItWas() throws {
        let plain = try Workbench("llama-plain")
        let (bench, _) = try Self.bench()
        let reports = (try plain.convert(.int8), try bench.convert(.int8))
        // Made-up patches do not go through its matrix.
        #expect(reports.0.errors.random != nil && reports.0.errors.random == reports.1.errors.random)
        let (before, after) = (try ModelFile(path: plain.output), try ModelFile(path: bench.output))
        for shape in before.description.matrices {
            #expect(
                try Float32Copy.weights(before.matrix(shape.name)) == Float32Copy.weights(after.matrix(shape.name)))
        }
    }

    @Test func whatDoesNotFitIsNamed() throws {
        func line(_ change: (inout [String: Any]) -> Void) throws -> String? {
            let (bench, _) = try Self.bench()
            try bench.edit("adapter/tacit.json", change)
            let failure = bench.failure()
            #expect(failure?.kind == .badData)
            return failure?.line
        }
        #expect(
            try line { $0["learning"] = nil }?.hasSuffix(": nothing in tacit.json uses this tensor") == true)
        for levels in [[], [0, 1], [2, 1], [1, 99], [1, 1]] {
            #expect(
                try line { $0["learning"] = ["levels": levels] }?
                    .hasPrefix("adapter/tacit.json: learning.levels: expected rising numbers from 1 to") == true)
        }
        #expect(
            try line { $0["learning"] = ["levels": [1, 2], "grid": 3] as [String: Any] }?
                .hasPrefix("adapter/tacit.json: learning.grid: only pictures have cells") == true)
        #expect(
            try line { $0["learning"] = ["levels": [1, 2], "grid": "3"] as [String: Any] }?
                .hasPrefix("adapter/tacit.json: learning.grid") == true)
        #expect(
            try line { $0["learning"] = ["levels": [1, 2], "stretch": 1000] as [String: Any] }?
                .hasPrefix("adapter/tacit.json: learning.stretch: ") == true)
        for taught in [-1, 5] {
            #expect(
                try line { $0["learning"] = ["levels": [1, 2], "taught_others": taught] as [String: Any] }?
                    .hasPrefix("adapter/tacit.json: learning.taught_others: ") == true)
        }
        #expect(try line { $0["learning"] = ["levels": [2]] }?.contains("learning.weight: shape") == true)
        #expect(
            try line { $0["learning"] = ["levels": "all"] }?.hasPrefix("adapter/tacit.json: learning.levels") == true)
        #expect(
            try line { $0["learning"] = [:] as [String: Any] }?.contains("learning.levels: expected the levels") == true
        )
        #expect(try line { $0["learning"] = ["levels": [1, 2], "width": 5] }?.contains("width") == true)

        let (bench, _) = try Self.bench()
        try bench.edit(tensors: "adapter/tacit.safetensors") { header, _ in header["learning.bias"] = nil }
        #expect(bench.failure()?.kind == .badData)
        let (none, _) = try Self.bench()
        try none.edit(tensors: "adapter/tacit.safetensors") { header, _ in header["learning.weight"] = nil }
        #expect(none.failure()?.kind == .badData)
    }
}
