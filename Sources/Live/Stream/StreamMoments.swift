import TacitLabelling
import TacitText

/// What of a stream's news is no function of what was heard or seen: the time of day, how long the model took, and
/// names that nothing else has. Who keeps these beside the stream can have the same news again.
///
/// All calls come from the stream's own thread, in the order in which news is told. Nothing is allocated.
package protocol StreamMoments: AnyObject {
    /// Of the reading that comes next.
    ///
    /// - Parameters:
    ///   - end: where it ends, in what the stream's detector counts.
    ///   - inferenceSeconds: that the model took for it, now.
    /// - Throws: what ends the stream, before the reading is told.
    func reading(end: Int, inferenceSeconds: Double) throws -> (wall: WallTime, inferenceSeconds: Double)
    /// The event that comes next, as it is to be told.
    ///
    /// - Throws: what ends the stream, before the event is told.
    func event(_ event: DetectedEvent) throws -> LiveEvent
}

/// Of a stream that happens now.
package final class PresentMoments: StreamMoments {
    package init() {}

    package func reading(end: Int, inferenceSeconds: Double) -> (wall: WallTime, inferenceSeconds: Double) {
        (.now(), inferenceSeconds)
    }

    package func event(_ event: DetectedEvent) -> LiveEvent { LiveEvent(event) }
}
