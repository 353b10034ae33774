import TacitDiagnostics
import TacitText

/// Which of a model's labels are wanted, as a user names them.
package struct LabelSelection: Equatable, Sendable {
    /// Indices of labels, rising.
    package let indices: [Int]

    /// - Parameters:
    ///   - labels: the model's.
    ///   - only: the labels wanted, one or several with commas between them in each text; all if there is none.
    ///   - except: those among them that are not wanted.
    ///   - names: what the user calls these two.
    /// - Throws: `TacitError` (usage) for what is no label, naming those like it, and where none is left.
    package init(
        labels: [String], only: [String] = [], except: [String] = [],
        called names: (only: String, except: String) = ("only", "except")
    ) throws {
        let wanted = try Self.indices(of: only, among: labels)
        let unwanted = try Self.indices(of: except, among: labels)
        indices = labels.indices.filter { (only.isEmpty || wanted.contains($0)) && !unwanted.contains($0) }
        guard !indices.isEmpty else {
            throw TacitError(
                .usage,
                "no label is left: \(names.only) and \(names.except) leave none of the model's \(labels.count)"
            )
        }
    }

    private static func indices(of texts: [String], among labels: [String]) throws -> Set<Int> {
        var found: Set<Int> = []
        for text in texts {
            // The longest run of parts that is a label is taken, because a label may hold commas itself.
            let parts = text.split(separator: ",", omittingEmptySubsequences: false)
            var start = 0
            while start < parts.count {
                var end = parts.count
                var matches: [Int] = []
                while end > start {
                    matches = match(parts[start..<end].joined(separator: ","), labels)
                    if !matches.isEmpty { break }
                    end -= 1
                }
                guard !matches.isEmpty else { throw unknown(trimmed(parts[start]), labels) }
                found.formUnion(matches)
                start = end
            }
        }
        return found
    }

    /// All labels of that name: to the letter, or else without blanks around it, or else but for case.
    private static func match(_ text: String, _ labels: [String]) -> [Int] {
        let same = labels.indices.filter { labels[$0] == text }
        guard same.isEmpty else { return same }
        let name = trimmed(text[...])
        let exact = labels.indices.filter { labels[$0] == name }
        guard exact.isEmpty, !name.isEmpty else { return exact }
        let folded = name.lowercased()
        return labels.indices.filter { labels[$0].lowercased() == folded }
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }

    private static func unknown(_ name: String, _ labels: [String]) -> TacitError {
        TacitError(.usage, "the model has no label '\(name.prefix(80))'\(SpellingHint.hint(name, among: labels))")
    }
}
