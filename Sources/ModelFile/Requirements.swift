import TacitDiagnostics

// What a description must fulfil; each throws `TacitError` of kind `badData`.

func require(_ condition: Bool, _ place: String, _ reason: String) throws {
    guard condition else { throw TacitError(.badData, place: place, reason) }
}

func range(_ value: Int, _ range: ClosedRange<Int>, _ place: String, _ what: String? = nil) throws {
    try require(
        range.contains(value), place,
        "\(what.map { $0 + ": " } ?? "")expected \(range.lowerBound) to \(range.upperBound), found \(value)")
}

func finite(_ value: Double, _ place: String) throws {
    try require(abs(value) < 1e30, place, "expected a number between -1e30 and 1e30, found \(value)")
}

func positive(_ value: Double, _ place: String) throws {
    try require(value > 1e-30 && value < 1e30, place, "expected more than 1e-30 and less than 1e30, found \(value)")
}
