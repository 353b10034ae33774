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
    try require(value.isFinite && abs(value) <= 1e30, place, "expected a finite number, found \(value)")
}

func positive(_ value: Double, _ place: String) throws {
    try require(value.isFinite && value >= 1e-30 && value <= 1e30, place, "expected a positive number, found \(value)")
}
