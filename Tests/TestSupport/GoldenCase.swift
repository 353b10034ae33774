import Foundation

/// One of `Tests/Fixtures/golden`: a tiny model with its adapter, sounds, and what transformers + peft compute.
/// `tools/golden/make` writes them.
public struct GoldenCase: Sendable, CustomStringConvertible {
    /// What comes out of a window, or of a whole file on average.
    public struct Reading: Decodable, Sendable {
        public let logits: [Float]
        public let scores: [Float]
        public let embedding: [Float]
    }

    /// A window, or a sliding read-out with the patches it pools.
    public struct Window: Decodable, Sendable {
        /// First sample.
        public let start: Int
        /// One past the last sample of the sound in it.
        public let end: Int
        public let reading: Reading

        private enum CodingKeys: CodingKey {
            case start, end
        }

        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            start = try container.decode(Int.self, forKey: .start)
            end = try container.decode(Int.self, forKey: .end)
            reading = try Reading(from: decoder)
        }
    }

    public struct Sound: Decodable, Sendable {
        public let file: String
        public let samples: Int
        public let channels: Int
        /// What `--hop` was; nil for the default.
        public let hopSeconds: Double?
        public let windows: [Window]
        public let mean: Reading
    }

    private struct Expected: Decodable {
        let base: String
        let sampleRate: Int
        let labels: [String]
        let sounds: [Sound]
    }

    public let name: String
    public let folder: URL
    public let baseFolder: URL
    public let sampleRate: Int
    public let labels: [String]
    public let sounds: [Sound]

    public var adapterFolder: URL { folder.appendingPathComponent("adapter") }
    public var description: String { name }
    public func path(of sound: Sound) -> String { folder.appendingPathComponent(sound.file).path }

    public static let folder = TestPaths.fixtures.appendingPathComponent("golden")

    /// Every case, by name.
    public static let all: [GoldenCase] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().compactMap { try? GoldenCase(name: $0) }
    }()

    public init(name: String) throws {
        self.name = name
        folder = Self.folder.appendingPathComponent(name)
        let data = try Data(contentsOf: folder.appendingPathComponent("expected.json"))
        let expected = try JSONDecoder.snakeCase.decode(Expected.self, from: data)
        baseFolder = Self.folder.appendingPathComponent("bases/\(expected.base)")
        sampleRate = expected.sampleRate
        labels = expected.labels
        sounds = expected.sounds
    }
}
