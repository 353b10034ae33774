import TacitDiagnostics
import TacitFrontEnd
import TacitLive

/// What there is to tell of a stream.
public enum StreamUpdate: Sendable {
    /// The model has spoken.
    case labels(Labels)
    /// A label began or ceased to hold.
    case event(Event)
    /// Samples or pictures are missing between what came before and what comes after.
    case gap(Gap)
    /// A picture, or a whole file of a folder, that can't be read; the stream goes on.
    case broken(TacitError)

    /// What the model says of a window or a picture.
    @dynamicMemberLookup
    public struct Labels: Sendable {
        /// Seconds from the start of the stream to the end of what was heard or seen.
        public let time: Double
        /// What it says; its properties are there directly as well, as in `labels.scores`.
        public let prediction: Prediction
        /// Root mean square of the sound since the reading before, in decibels of full scale; nil where there is none.
        public let level: Double?
        /// Which picture of the stream it is, counted from 0, and how many were dropped up to now; nil for sound.
        public let frame: (index: Int, dropped: Int)?

        public subscript<Value>(dynamicMember member: KeyPath<Prediction, Value>) -> Value {
            prediction[keyPath: member]
        }

        /// The best `count` labels, or as many as there are.
        public func top(_ count: Int) -> [Label] { prediction.top(count) }
    }

    /// A label that began or ceased to hold.
    public struct Event: Sendable {
        /// No other event has it, on this machine or any other.
        public let id: String
        /// Whether the label began to hold; else it ceased to.
        public let isOn: Bool
        /// With the smoothed score that decided it.
        public let label: Label
        /// Seconds from the start of the stream.
        public let time: Double
        /// Milliseconds since 1970-01-01T00:00:00Z.
        public let wallMilliseconds: Int
    }

    /// A stretch that is missing.
    public struct Gap: Sendable {
        /// Its end, in seconds from the start of the stream.
        public let time: Double
        /// How much is missing, in seconds.
        public let lostSeconds: Double
        /// Why it is missing.
        public let reason: Reason

        /// Why a stretch is missing.
        public typealias Reason = LiveGap.Reason
    }
}
