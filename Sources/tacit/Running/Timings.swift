import TacitDiagnostics

/// How long the same thing took, again and again, in seconds.
struct Timings {
    private var seconds: [Double] = []

    var count: Int { seconds.count }
    var minimum: Double? { seconds.min() }

    var median: Double? {
        guard !seconds.isEmpty else { return nil }
        let sorted = seconds.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    mutating func removeAll() { seconds.removeAll() }

    /// Runs `body` and keeps how long it took.
    mutating func time(_ body: () throws -> Void) rethrows {
        let watch = Stopwatch()
        try body()
        seconds.append(watch.seconds)
    }
}
