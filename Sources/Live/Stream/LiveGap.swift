import TacitMedia

/// A stretch of the stream that is missing, from what was heard or seen or from what was told.
public struct LiveGap: Equatable, Sendable {
    /// Why it is missing.
    public enum Reason: String, CaseIterable, Sendable {
        /// Samples came faster than they were read.
        case overrun
        /// The machine or the device slept.
        case suspend
        /// The device was away, or had stopped delivering.
        case lost
        /// The camera was there, but no frame came.
        case stalled
        /// The command that the stream comes from had ended, or had fallen silent.
        case command
        /// Labels were lost: nobody read them in time.
        case output
    }

    /// The end of the gap, in seconds of the stream.
    public var time: Double
    public var lostSeconds: Double
    public var reason: Reason

    public init(time: Double, lostSeconds: Double, reason: Reason) {
        self.time = time
        self.lostSeconds = lostSeconds
        self.reason = reason
    }
}

extension LiveGap.Reason {
    init(_ reason: SourceEvent.Reason) {
        self =
            switch reason {
            case .overrun: .overrun
            case .suspend: .suspend
            case .lost: .lost
            case .command: .command
            }
    }

    init(_ reason: FrameEvent.Reason) {
        self =
            switch reason {
            case .lost: .lost
            case .stalled: .stalled
            case .command: .command
            }
    }
}
