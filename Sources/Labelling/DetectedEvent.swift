/// A label that began or ceased to hold.
public struct DetectedEvent: Equatable, Sendable {
    public enum State: String, Sendable {
        case on
        case off
    }

    public var state: State
    /// The label's index in the model.
    public var label: Int
    /// The end of the reading that decided it, or of the stream, in samples since the start of the stream.
    public var sample: Int
    /// The same in seconds.
    public var time: Double
    /// The smoothed score at that reading.
    public var score: Float

    public init(state: State, label: Int, sample: Int, time: Double, score: Float) {
        self.state = state
        self.label = label
        self.sample = sample
        self.time = time
        self.score = score
    }
}
