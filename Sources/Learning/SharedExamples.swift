/// Which corrections were made of what is an example of another label: "this was X, not Y" gives one clip both parts.
struct SharedExamples {
    private struct Correction {
        let number: Int
        let name: String
        let place: Int
        let example: Example
    }

    private let width: Int
    /// By the row of the sound or picture as it is.
    private var corrections: [ArraySlice<Float>: [Correction]] = [:]
    /// `[corrections]`: the places of those that were found.
    private var found: [Set<Int>]

    init(_ learned: LearnedLabels) {
        width = learned.model.width
        found = learned.corrections.map { _ in [] }
        for (number, correction) in learned.corrections.enumerated() {
            for (place, example) in correction.examples.enumerated() {
                corrections[example.rows.prefix(width), default: []].append(
                    Correction(number: number, name: correction.name, place: place, example: example))
            }
        }
    }

    /// The labels, but `name` itself, that its example is a correction of; each once.
    mutating func corrections(by example: Example, of name: String) -> [String] {
        guard !corrections.isEmpty, let alike = corrections[example.rows.prefix(width)] else { return [] }
        var names: [String] = []
        for correction in alike where correction.name != name && correction.example.isSame(as: example, width: width) {
            found[correction.number].insert(correction.place)
            if !names.contains(correction.name) { names.append(correction.name) }
        }
        return names
    }

    /// Of a label's corrections those that were not found so far.
    func others(_ examples: [Example], ofCorrection number: Int) -> [Example] {
        examples.indices.filter { !found[number].contains($0) }.map { examples[$0] }
    }
}
