import TacitMedia

/// A stretch of the stream that is missing, from what was heard or from what was told.
struct LiveGap {
    enum Reason: Equatable {
        /// Samples or frames were lost.
        case source(SourceEvent.Reason)
        case frames(FrameEvent.Reason)
        /// Labels were lost: nobody read them in time.
        case output

        var name: String {
            switch self {
            case .source(let reason): reason.rawValue
            case .frames(let reason): reason.rawValue
            case .output: "output"
            }
        }
    }

    /// The end of the gap, in seconds of the stream.
    var time: Double
    var lostSeconds: Double
    var reason: Reason
}
