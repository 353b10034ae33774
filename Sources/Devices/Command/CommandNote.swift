import TacitText

/// What the user of a command as a source should be told.
package enum CommandNote: Equatable, Sendable {
    /// It does not deliver yet, for this reason, and is tried again in so many seconds.
    case waiting(CommandEnding, retry: Double)
    /// It delivered, and does no more; it is started again in so many seconds.
    case ended(CommandEnding, retry: Double)
    /// It delivers again.
    case returned
    /// A process of it could not be ended, whatever was done.
    case stuck(process: Int32)

    /// In words, at the end of a line.
    ///
    /// - Parameters:
    ///   - name: the command's.
    ///   - line: gets them.
    package func write(_ name: String, to line: inout ByteBuffer) {
        line.append(string: name)
        switch self {
        case .waiting(let ending, let retry), .ended(let ending, let retry):
            line.append(" ")
            line.append(string: ending.words)
            line.append("; started again in ")
            line.append(retry, places: 1)
            line.append(" s")
        case .returned: line.append(" delivers again")
        case .stuck(let process):
            line.append(": process ")
            line.append(integer: Int(process))
            line.append(" can't be ended")
        }
    }
}
