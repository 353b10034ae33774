/// Where a live command tells what it finds, whatever the sense.
///
/// A reading comes before the events that it decides. Nothing that is called here waits for a reader for longer than
/// the stream itself can wait.
protocol LiveOutput: AnyObject {
    /// The model has spoken.
    func labels(_ reading: LiveReading) throws
    /// A label began or ceased to hold.
    func event(_ event: LiveEvent) throws
    /// Samples or frames were lost.
    func gap(_ gap: LiveGap) throws
    /// The stream is over. Waits until all is told.
    func finish() throws
}

/// Where `listen` tells what it hears.
protocol SoundOutput: LiveOutput {
    /// How many seconds of sound may go by at once.
    var secondsAtOnce: Double { get }
    /// Samples went by; `time` is the stream's after them.
    func samples(_ samples: UnsafeBufferPointer<Float>, time: Double) throws
}
