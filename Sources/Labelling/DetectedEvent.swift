/// A label that began or ceased to hold.
package struct DetectedEvent: Equatable, Sendable {
    package enum State: String, Sendable {
        case on
        case off
    }

    package var state: State
    /// The label's place among the scores; where rules have decided what is told, its place among the names of events.
    package var label: Int
    /// The end of the reading that decided it, or of the stream, in samples since the start of the stream.
    package var sample: Int
    /// The same in seconds.
    package var time: Double
    /// The smoothed score at that reading.
    package var score: Float

    package init(state: State, label: Int, sample: Int, time: Double, score: Float) {
        self.state = state
        self.label = label
        self.sample = sample
        self.time = time
        self.score = score
    }
}
