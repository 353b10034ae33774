import Foundation

/// One of `Tests/Fixtures/golden/images`: a tiny model with its adapter, PNG files, and what transformers + peft
/// compute.
public struct GoldenImages: Sendable, CustomStringConvertible {
    public struct Image: Decodable, Sendable {
        public let file: String
        public let logits: [Float]
        public let scores: [Float]
        public let embedding: [Float]
    }

    private struct Expected: Decodable {
        let base: String
        let labels: [String]
        let patches: [[Float]]
        let images: [Image]
    }

    public let name: String
    public let folder: URL
    public let baseFolder: URL
    public let labels: [String]
    /// Of the first image.
    public let patches: [[Float]]
    public let images: [Image]

    public var adapterFolder: URL { folder.appendingPathComponent("adapter") }
    public var description: String { name }
    public func path(of image: Image) -> String { folder.appendingPathComponent(image.file).path }

    public static let names = [
        "gpt2-full-overlap", "gpt2-grey", "gpt2-hidden-learned", "llama-causal-overlap", "llama-full-hidden",
        "llama-full-learned", "llama-full-unordered", "llama-one-patch",
    ]

    public init(name: String) throws {
        self.name = name
        folder = GoldenCase.folder.appendingPathComponent("images/\(name)")
        let data = try Data(contentsOf: folder.appendingPathComponent("expected.json"))
        let expected = try JSONDecoder().decode(Expected.self, from: data)
        baseFolder = GoldenCase.folder.appendingPathComponent("bases/\(expected.base)")
        labels = expected.labels
        patches = expected.patches
        images = expected.images
    }
}

/// One of `Tests/Fixtures/golden/scaling`: a PNG file and what Pillow makes of it at another size.
public struct GoldenScaling: Decodable, Sendable, CustomStringConvertible {
    public let file: String
    public let width: Int
    public let height: Int
    public let channels: Int
    /// Width and height of what is cropped from the middle.
    public let crop: [Int]
    /// `[height][width][channels]`
    public let pixels: [UInt8]

    public var path: String { Self.folder.appendingPathComponent(file).path }
    public var description: String { file }

    private struct Expected: Decodable { let pictures: [GoldenScaling] }
    private static let folder = GoldenCase.folder.appendingPathComponent("scaling")

    public static let all: [GoldenScaling] = {
        guard let data = try? Data(contentsOf: folder.appendingPathComponent("expected.json")) else { return [] }
        return (try? JSONDecoder().decode(Expected.self, from: data))?.pictures ?? []
    }()
}

/// One of `Tests/Fixtures/golden/codebooks`: a tiny model of tokens, token files in both forms, and what transformers +
/// peft compute.
public struct GoldenCodebooks: Sendable, CustomStringConvertible {
    public struct Reading: Decodable, Sendable {
        public let logits: [Float]
        public let scores: [Float]
        public let embedding: [Float]
    }

    public struct File: Decodable, Sendable {
        /// Without its suffix.
        public let file: String
        public let windows: [Reading]
        public let mean: Reading
    }

    private struct Expected: Decodable {
        let base: String
        let labels: [String]
        let files: [File]
    }

    public let name: String
    public let folder: URL
    public let baseFolder: URL
    public let labels: [String]
    public let files: [File]

    public var adapterFolder: URL { folder.appendingPathComponent("adapter") }
    public var description: String { name }

    public static let names = ["gpt2-full-books", "gpt2-one-book", "llama-two-books"]

    public init(name: String) throws {
        self.name = name
        folder = GoldenCase.folder.appendingPathComponent("codebooks/\(name)")
        let data = try Data(contentsOf: folder.appendingPathComponent("expected.json"))
        let expected = try JSONDecoder().decode(Expected.self, from: data)
        baseFolder = GoldenCase.folder.appendingPathComponent("bases/\(expected.base)")
        labels = expected.labels
        files = expected.files
    }
}
