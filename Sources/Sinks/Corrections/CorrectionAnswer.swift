import TacitText

/// What became of a correction.
package struct CorrectionAnswer: Equatable, Sendable {
    package enum Outcome: String, Sendable {
        case learned
        /// It was no correction.
        case malformed
        case unknownEvent = "unknown event"
        /// It can't be learned: the words say why, and what helps.
        case refused
        /// Too many wait, or the stream ends.
        case busy
        /// It should have been possible.
        case failed
    }

    package let outcome: Outcome
    package let words: String
    /// As someone else named it.
    let event: String?

    package init(outcome: Outcome, words: String, event: String? = nil) {
        self.outcome = outcome
        self.words = words
        self.event = event
    }

    /// One object on one line.
    var bytes: [UInt8] {
        var line = JSONLine(capacity: 512)
        line.begin()
        line.bool("ok", outcome == .learned)
        line.string("outcome", outcome.rawValue)
        line.string("words", words)
        if let event {
            line.string("event", event)
        }
        line.end()
        return line.bytes
    }
}
