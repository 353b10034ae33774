import Foundation
import TacitTestSupport
import Testing

/// A small model that hears, and a file of labels that are taught to it.
struct TeachingPlace {
    let golden: GoldenCase
    let model: ConvertedModel

    /// - Parameter weights: as `tacit-convert --weights` takes it.
    init(weights: String = "f32") throws {
        golden = try GoldenCase(name: "llama-plain")
        model = try ConvertedModel(golden, weights: weights)
    }
}

/// Tests in a teaching place of their own.
protocol TeachesLabels {
    var place: TeachingPlace { get }
}

extension TeachesLabels {
    var golden: GoldenCase { place.golden }
    var model: ConvertedModel { place.model }
    var folder: TemporaryFolder { model.folder }
    /// The file of labels.
    var labels: String { folder.path("my.labels") }

    /// `tacit learn`, however it ends.
    func tried(_ arguments: [String], file: String? = nil, model path: String? = nil) throws -> Executable.Outcome {
        try Executable.tacit.run(["learn", path ?? model.path] + arguments + ["--labels", file ?? labels])
    }

    /// The same, as it has to end.
    @discardableResult
    func learn(
        _ arguments: [String], file: String? = nil, model path: String? = nil, status: Int32 = 0
    ) throws -> Executable.Outcome {
        let outcome = try tried(arguments, file: file, model: path)
        try #require(outcome.status == status, "\(arguments) \(outcome.standardError)")
        return outcome
    }

    func noise(_ seed: UInt64, samples: Int = 800) -> [Int16] {
        var random = RandomNumbers(seed: seed)
        return (0..<samples).map { _ in Int16.random(in: -9000...9000, using: &random) }
    }

    func sound(_ name: String, _ samples: [Int16]) throws -> String {
        try folder.write(name, WaveFile.bytes(samples, rate: UInt32(golden.sampleRate)))
    }

    func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }
}
