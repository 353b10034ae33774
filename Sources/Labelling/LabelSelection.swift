import TacitDiagnostics
import TacitText

/// Which of a model's labels are wanted, as a user names them.
package struct LabelSelection: Equatable, Sendable {
    /// Indices of labels, rising.
    package let indices: [Int]
    /// What was named and is no label now, each name once; nothing where labels don't come.
    package let awaited: [String]

    /// - Parameters:
    ///   - labels: the model's.
    ///   - only: the labels wanted, one or several with commas between them in each text; all if there is none.
    ///   - except: those among them that are not wanted.
    ///   - labelsCome: whether labels may be taught later, so that a name which is none now may be one then.
    ///   - names: what the user calls these two.
    /// - Throws: `TacitError` (usage) for what is no label and none to come, naming those like it, and where none is
    ///   left.
    package init(
        labels: [String], only: [String] = [], except: [String] = [], labelsCome: Bool = false,
        called names: (only: String, except: String) = ("only", "except")
    ) throws {
        let known = Known(labels, labelsCome: labelsCome)
        let wanted = try known.indices(of: only)
        let unwanted = try known.indices(of: except)
        indices = labels.indices.filter {
            (only.isEmpty || wanted.places.contains($0)) && !unwanted.places.contains($0)
        }
        awaited = wanted.awaited + unwanted.awaited.filter { !wanted.awaited.contains($0) }
        let mayCome = labelsCome && (only.isEmpty || !Set(wanted.awaited).isSubset(of: unwanted.awaited))
        guard !indices.isEmpty || mayCome else {
            throw TacitError(
                .usage,
                "no label is left: \(names.only) and \(names.except) leave none of the model's \(labels.count)"
            )
        }
    }
}

/// A model's labels, found by name in a time that doesn't grow with how many are named.
private struct Known {
    private let labels: [String]
    private let places: [String: [Int]]
    /// By their names in small letters.
    private let foldedPlaces: [String: [Int]]
    /// How many parts, with commas between, any label has at most.
    private let mostParts: Int
    private let labelsCome: Bool

    init(_ labels: [String], labelsCome: Bool) {
        self.labels = labels
        self.labelsCome = labelsCome
        places = Dictionary(grouping: labels.indices) { labels[$0] }
        foldedPlaces = Dictionary(grouping: labels.indices) { labels[$0].lowercased() }
        mostParts = labels.map { label in 1 + label.utf8.count { $0 == UInt8(ascii: ",") } }.max() ?? 1
    }

    /// The places of what is named, and the names that are no label's and may come.
    func indices(of texts: [String]) throws -> (places: Set<Int>, awaited: [String]) {
        var found: Set<Int> = []
        var awaited: [String] = []
        var seen: Set<String> = []
        for text in texts {
            // The longest run of parts that is a label is taken, because a label may hold commas itself.
            let parts = text.split(separator: ",", omittingEmptySubsequences: false)
            var start = 0
            while start < parts.count {
                var end = min(parts.count, start + mostParts)
                var matches: [Int] = []
                while end > start {
                    matches = match(parts[start..<end].joined(separator: ","))
                    if !matches.isEmpty { break }
                    end -= 1
                }
                if matches.isEmpty {
                    let name = trimmed(parts[start])
                    guard labelsCome, !name.isEmpty else { throw unknown(name) }
                    if seen.insert(name).inserted { awaited.append(name) }
                    end = start + 1
                }
                found.formUnion(matches)
                start = end
            }
        }
        return (found, awaited)
    }

    /// All labels of that name: to the letter, or else without blanks around it, or else but for case.
    private func match(_ text: String) -> [Int] {
        if let same = places[text] { return same }
        let name = trimmed(text[...])
        if let exact = places[name] { return exact }
        return name.isEmpty ? [] : foldedPlaces[name.lowercased()] ?? []
    }

    private func trimmed(_ text: Substring) -> String {
        var text = text
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }

    private func unknown(_ name: String) -> TacitError {
        TacitError(.usage, "the model has no label '\(name.prefix(80))'\(SpellingHint.hint(name, among: labels))")
    }
}
