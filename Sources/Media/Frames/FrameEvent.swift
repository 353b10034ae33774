import TacitDiagnostics

/// What a source of frames has next.
package enum FrameEvent {
    /// The source's buffer holds this frame.
    case frame(Stamp)
    /// Frames came that nobody wanted yet, up to this time in microseconds: the source is alive.
    case passed(time: Int)
    /// A frame, or a whole file, that can't be read; the next one may be fine.
    case broken(TacitError)
    /// Time without frames lies between what came before and what comes after.
    case gap(Gap)
    /// The stream is over.
    case end

    /// Which frame it is.
    package struct Stamp: Equatable, Sendable {
        /// Counted from 0 since the start of the stream, those that were never seen included.
        package var index: Int
        /// Microseconds since the start of the stream.
        package var time: Int
        /// How many frames since the start were lost: newer ones came before there was time for them, or they arrived
        /// damaged.
        package var dropped: Int

        package init(index: Int, time: Int, dropped: Int) {
            self.index = index
            self.time = time
            self.dropped = dropped
        }

        /// Seconds since the start of the stream.
        package var seconds: Double { Double(time) / 1_000_000 }
    }

    package struct Gap: Equatable, Sendable {
        /// Where it ends, in microseconds since the start of the stream.
        package var end: Int
        /// Its length in microseconds.
        package var length: Int
        package var reason: Reason

        package init(end: Int, length: Int, reason: Reason) {
            self.end = end
            self.length = length
            self.reason = reason
        }
    }

    /// Why frames are missing.
    package enum Reason: String, Equatable, Sendable {
        /// The device was away.
        case lost
        /// The device was there, but no frame came.
        case stalled
        /// The command that delivers had ended, or had fallen silent.
        case command
    }
}
