import TacitText

/// What became of a correction.
struct CorrectionAnswer: Equatable, Sendable {
    enum Outcome: String, Sendable {
        case learned
        /// It was no correction.
        case malformed
        case unknownEvent = "unknown event"
        /// It can't be learned: the words say why, and what helps.
        case refused
        /// Too many wait, or the program ends.
        case busy
        /// It should have been possible.
        case failed
    }

    let outcome: Outcome
    let words: String
    /// As someone else named it.
    var event: String?

    /// One object on one line.
    var bytes: [UInt8] {
        var line = JSONLine(capacity: 512)
        line.begin()
        line.key("ok")
        line.bool(outcome == .learned)
        line.key("outcome")
        line.string(outcome.rawValue)
        line.key("words")
        line.string(words)
        if let event {
            line.key("event")
            line.string(event)
        }
        line.end()
        return line.bytes
    }
}
