import TacitLabelling
import TacitText

/// An event and the moment it was decided.
package struct LiveEvent: Sendable {
    package enum State: String, Sendable {
        case on
        case off
    }

    package let id: EventID
    package let state: State
    /// The label's place among the names of the stream's events: the labels that there were at its start, the groups
    /// that labels speak through, and the labels that came while it ran.
    package let label: Int
    /// Seconds from the start of the stream to the end of the reading that decided it, or to the stream's end.
    package let time: Double
    /// The smoothed score at that reading.
    package let score: Float
    package let wall: WallTime
    /// Where its sound or picture is kept, if it is.
    package var clip: ClipName?

    /// The moment on the wall clock, in milliseconds since 1970-01-01T00:00:00Z.
    package var wallMilliseconds: Int { wall.milliseconds }

    package init(_ event: DetectedEvent, id: EventID = .next(), wall: WallTime = .now()) {
        self.id = id
        self.wall = wall
        state = event.state == .on ? .on : .off
        label = event.label
        time = event.time
        score = event.score
    }
}
