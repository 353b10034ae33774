import TacitDiagnostics

/// What a running stream costs this machine.
struct LoadMeter {
    /// Whether the stream runs as fast as it can, and not at the pace of time.
    private let runsFree: Bool
    private var wall = Stopwatch.now
    private var processor = ProcessorTime.seconds
    private var stream = 0.0
    /// Part of one core that the process takes, or how many times faster than time the stream passes.
    private(set) var value: Double?

    /// Seconds that a value covers.
    private static let span = 2.0

    init(runsFree: Bool) { self.runsFree = runsFree }

    /// - Parameter time: the stream's.
    mutating func update(time: Double) {
        let now = Stopwatch.now
        let elapsed = now - wall
        guard elapsed >= (value == nil ? Self.span / 8 : Self.span), elapsed > 0 else { return }
        let processor = ProcessorTime.seconds
        value = (runsFree ? time - stream : processor - self.processor) / elapsed
        wall = now
        self.processor = processor
        stream = time
    }

    func draw(on line: inout ScreenLine) {
        guard let value else { return }
        if runsFree {
            line.decimal(value, places: 0, width: 1)
            line.text("x real time")
        } else {
            line.text("load ")
            line.decimal(100 * value, places: 1, width: 3)
            line.text("%")
        }
    }
}
