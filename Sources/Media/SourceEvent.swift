/// What a source has next.
package enum SourceEvent: Equatable, Sendable {
    /// So many samples were written.
    case samples(Int)
    /// Samples were lost between those before and those after this event.
    case gap(Gap)
    /// The stream is over.
    case end

    /// A stretch of the stream that is missing.
    package struct Gap: Equatable, Sendable {
        /// Samples lost, at the source's rate.
        package var samples: Int
        package var reason: Reason

        package init(samples: Int, reason: Reason) {
            self.samples = samples
            self.reason = reason
        }
    }

    /// Why samples are missing.
    package enum Reason: String, Equatable, Sendable {
        /// They came faster than they were read.
        case overrun
        /// The machine or the device slept.
        case suspend
        /// The device was away, or had stopped delivering.
        case lost
        /// The command that delivers had ended, or had fallen silent.
        case command
    }
}
