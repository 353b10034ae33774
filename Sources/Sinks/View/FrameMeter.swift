import TacitDiagnostics

/// How many labels a second there are, over the last seconds.
struct FrameMeter {
    private var begun = Stopwatch.now
    private var count = 0
    /// nil until there was time to count.
    private(set) var rate: Double?

    /// Seconds that a value covers.
    private static let span = 2.0

    mutating func add() {
        count += 1
        let elapsed = Stopwatch.now - begun
        guard elapsed >= (rate == nil ? Self.span / 4 : Self.span) else { return }
        rate = Double(count) / elapsed
        begun += elapsed
        count = 0
    }
}
