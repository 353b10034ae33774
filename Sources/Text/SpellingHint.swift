/// Names that someone may have meant.
package enum SpellingHint {
    /// What to put behind the words that a name is unknown: `, perhaps 'this' or 'that'`, or nothing.
    package static func hint(_ name: String, among names: [String]) -> String {
        let near = nearest(name, among: names)
        return near.isEmpty ? "" : ", perhaps \(near.map { "'\($0)'" }.joined(separator: " or "))"
    }

    /// At most three names that look like one, the nearest first.
    package static func nearest(_ name: String, among names: [String]) -> [String] {
        let wanted = Array(name.lowercased().unicodeScalars.prefix(80))
        guard !wanted.isEmpty else { return [] }
        var candidates: [(name: String, distance: Int)] = []
        for known in names where !candidates.contains(where: { $0.name == known }) {
            let scalars = Array(known.lowercased().unicodeScalars.prefix(80))
            var distance = editDistance(wanted, scalars)
            if contains(scalars, wanted) || contains(wanted, scalars) { distance = min(distance, 1) }
            if distance <= max(1, wanted.count / 3) { candidates.append((known, distance)) }
        }
        return candidates.sorted { $0.distance < $1.distance }.prefix(3).map(\.name)
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
