import Foundation

/// One of `Tests/Fixtures/golden/tokens`: token ids, and the final norm's output of a bare base for them.
public struct GoldenTokens: Sendable, CustomStringConvertible {
    private struct Expected: Decodable {
        let ids: [Int]
        let last: [Float]
        let mean: [Float]
    }

    /// Of the base.
    public let name: String
    public let ids: [Int]
    /// At the last token.
    public let last: [Float]
    /// Over all tokens.
    public let mean: [Float]

    public var description: String { name }

    public init(name: String, folder: URL = GoldenCase.folder.appendingPathComponent("tokens")) throws {
        self.name = name
        let file = folder.appendingPathComponent("\(name).json")
        let expected = try JSONDecoder().decode(Expected.self, from: Data(contentsOf: file))
        ids = expected.ids
        last = expected.last
        mean = expected.mean
    }
}
