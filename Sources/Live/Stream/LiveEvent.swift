import TacitLabelling
import TacitText

/// An event and the moment it was decided.
public struct LiveEvent: Sendable {
    public enum State: String, Sendable {
        case on
        case off
    }

    public let id: EventID
    public let state: State
    /// The label's place among the names of the stream's events: the labels that there were at its start, the groups
    /// that labels speak through, and the labels that came while it ran.
    public let label: Int
    /// Seconds from the start of the stream to the end of the reading that decided it, or to the stream's end.
    public let time: Double
    /// The smoothed score at that reading.
    public let score: Float
    package let wall: WallTime
    /// Where its sound or picture is kept, if it is.
    package var clip: ClipName?

    /// The moment on the wall clock, in milliseconds since 1970-01-01T00:00:00Z.
    public var wallMilliseconds: Int { wall.milliseconds }

    package init(_ event: DetectedEvent, id: EventID = .next(), wall: WallTime = .now()) {
        self.id = id
        self.wall = wall
        state = event.state == .on ? .on : .off
        label = event.label
        time = event.time
        score = event.score
    }
}
