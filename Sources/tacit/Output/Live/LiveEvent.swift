import TacitLabelling
import TacitText

/// An event and the moment it was decided.
struct LiveEvent {
    let event: DetectedEvent
    let wall: WallTime

    init(_ event: DetectedEvent) {
        self.event = event
        wall = .now()
    }
}
