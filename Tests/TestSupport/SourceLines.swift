import Foundation

/// Lines of JSON of several inputs, apart again.
public enum SourceLines {
    /// The name of the input that a line is of; nil where it names none.
    public static func source(of line: String) -> String? {
        guard let start = line.range(of: #","source":""#, options: .backwards) else { return nil }
        return String(line[start.upperBound...].prefix { $0 != "\"" })
    }

    /// An input's own.
    public static func all(_ name: String, of lines: [String]) -> [String] { lines.filter { source(of: $0) == name } }

    /// An input's own, as it would print them alone: without its name, the clocks and the names of events.
    public static func own(_ name: String, of lines: [String]) -> [String] {
        all(name, of: lines).map { withoutClocks(withoutSource($0)) }
    }

    public static func withoutSource(_ line: String) -> String {
        line.replacingOccurrences(of: #","source":"[^"]*""#, with: "", options: .regularExpression)
    }

    /// Whether each is one whole object.
    public static func areWhole(_ lines: [String]) -> Bool {
        lines.allSatisfy { line in
            (try? JSONSerialization.jsonObject(with: Data(line.utf8))) is [String: Any]
        }
    }
}
