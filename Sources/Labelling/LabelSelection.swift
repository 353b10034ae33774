import TacitDiagnostics

/// Which of a model's labels are wanted, as a user names them.
package struct LabelSelection: Equatable, Sendable {
    /// Indices of labels, rising.
    package let indices: [Int]

    /// - Parameters:
    ///   - labels: the model's.
    ///   - only: the labels wanted, one or several with commas between them in each text; all if there is none.
    ///   - except: those among them that are not wanted.
    /// - Throws: `TacitError` (usage) for what is no label, naming those like it, and where none is left.
    package init(labels: [String], only: [String] = [], except: [String] = []) throws {
        let wanted = try Self.indices(of: only, among: labels)
        let unwanted = try Self.indices(of: except, among: labels)
        indices = labels.indices.filter { (only.isEmpty || wanted.contains($0)) && !unwanted.contains($0) }
        guard !indices.isEmpty else {
            throw TacitError(.usage, "no label is left: --only and --except leave none of the model's \(labels.count)")
        }
    }

    private static func indices(of texts: [String], among labels: [String]) throws -> Set<Int> {
        var found: Set<Int> = []
        for text in texts {
            // A label may hold commas itself: of several parts, as many as make a label belong together.
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

    /// All labels of that name: to the letter, or else but for case.
    private static func match(_ text: String, _ labels: [String]) -> [Int] {
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
        let near = nearest(name, labels)
        let hint = near.isEmpty ? "" : ", perhaps \(near.map { "'\($0)'" }.joined(separator: " or "))"
        return TacitError(.usage, "the model has no label '\(name.prefix(80))'\(hint)")
    }

    /// At most three labels that look like a name, the nearest first.
    private static func nearest(_ name: String, _ labels: [String]) -> [String] {
        let wanted = Array(name.lowercased().unicodeScalars.prefix(80))
        guard !wanted.isEmpty else { return [] }
        var candidates: [(label: String, distance: Int)] = []
        for label in labels where !candidates.contains(where: { $0.label == label }) {
            let scalars = Array(label.lowercased().unicodeScalars.prefix(80))
            var distance = editDistance(wanted, scalars)
            if contains(scalars, wanted) || contains(wanted, scalars) { distance = min(distance, 1) }
            if distance <= max(1, wanted.count / 3) { candidates.append((label, distance)) }
        }
        return candidates.sorted { $0.distance < $1.distance }.prefix(3).map(\.label)
    }

    private static func contains(_ text: [Unicode.Scalar], _ part: [Unicode.Scalar]) -> Bool {
        guard part.count >= 3, part.count <= text.count else { return false }
        return (0...text.count - part.count).contains { text[$0..<$0 + part.count].elementsEqual(part) }
    }

    /// Insertions, deletions and substitutions from one text to another (Levenshtein 1966), by Wagner and Fischer 1974.
    private static func editDistance(_ one: [Unicode.Scalar], _ other: [Unicode.Scalar]) -> Int {
        var row = Array(0...other.count)
        for (index, scalar) in one.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in other.indices {
                let substituted = diagonal + (scalar == other[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(substituted, diagonal + 1, row[column] + 1)
            }
        }
        return row[other.count]
    }
}
