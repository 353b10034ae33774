import Foundation

/// One line of what `classify`, `embed` and `listen` print with `--json`.
public struct ResultLine: Decodable, Sendable {
    public struct Label: Decodable, Equatable, Sendable {
        public let label: String
        public let score: Float
    }

    public let type: String?
    public let path: String?
    public let time: Double?
    public let wall: String?
    public let span: [Double]?
    public let labels: [Label]?
    public let logits: [Float]?
    public let embedding: [Float]?
    public let inferenceMs: Double?
    public let state: String?
    public let label: String?
    public let score: Float?
    public let lostSeconds: Double?
    public let reason: String?

    /// - Throws: what is wrong with a line that is not one of those.
    public static func lines(of outcome: Executable.Outcome) throws -> [ResultLine] {
        try lines(outcome.outputLines)
    }

    /// - Throws: what is wrong with a line that is not one of those.
    public static func lines(_ texts: [String]) throws -> [ResultLine] {
        let decoder = JSONDecoder.snakeCase
        return try texts.map { try decoder.decode(ResultLine.self, from: Data($0.utf8)) }
    }

    /// The score of each of `names`; nil where it is not listed.
    public func scores(of names: [String]) -> [Float?] {
        let scores = Dictionary((labels ?? []).map { ($0.label, $0.score) }, uniquingKeysWith: { first, _ in first })
        return names.map { scores[$0] }
    }
}

/// The text of an array of numbers in a line of JSON, for comparing it to the last digit; nil if there is none.
public func arrayText(_ key: String, in line: String) -> Substring? {
    guard let start = line.range(of: "\"\(key)\":["), let end = line[start.upperBound...].firstIndex(of: "]") else {
        return nil
    }
    return line[start.upperBound..<end]
}

/// Whether a line of `listen` is one of labels.
public func isOfLabels(_ line: String) -> Bool { line.hasPrefix("{\"type\":\"labels\",") }

/// The largest difference, relative to the largest magnitude expected; infinite if the counts differ or something is
/// not a number.
public func relativeDifference(_ found: [Float], _ expected: [Float]) -> Float {
    guard found.count == expected.count, !expected.isEmpty, found.allSatisfy(\.isFinite) else { return .infinity }
    let largest = expected.reduce(0) { max($0, $1.magnitude) }
    return zip(found, expected).reduce(0) { max($0, ($1.0 - $1.1).magnitude) } / largest
}

/// A line of JSON without what differs from run to run: how long it took, what the clock
/// said and how events are called.
public func withoutClocks(_ line: String) -> String {
    var line = line
    for key in ["\"inference_ms\":", "\"wall\":", "\"id\":"] {
        guard let start = line.range(of: key) else { continue }
        // A number or a string, neither of which holds a comma or a brace.
        let end = line[start.upperBound...].firstIndex { $0 == "," || $0 == "}" } ?? line.endIndex
        line.removeSubrange(start.lowerBound..<end)
    }
    return line
}
