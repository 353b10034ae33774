import TacitDiagnostics

/// Why a run of a command is over.
package enum CommandEnding: Equatable, Sendable {
    /// It ended by itself, or closed its output, with this status.
    case status(Int32)
    /// It closed its output and went on, and was ended.
    case closed
    /// A signal that was not sent from here ended it.
    case signal(Int32)
    /// It was ended because for so many seconds no byte had come.
    case silent(seconds: Double)
    /// What it delivered could not be read; it was ended, if it had not.
    case unreadable(String)
    /// It could not be started.
    case notStarted(String)

    /// Whether it would be no better another time.
    var isUnreadable: Bool { if case .unreadable = self { true } else { false } }

    /// In words that follow the command's name.
    package var words: String {
        switch self {
        case .status(let status): "ended with status \(status)"
        case .closed: "closed its output and was ended"
        case .signal(let number): "was ended by signal \(number)"
        case .silent(let seconds): "delivered nothing for \(seconds.shortText) s and was ended"
        case .unreadable(let reason): "delivered what can't be read: \(reason)"
        case .notStarted(let reason): "could not be started: \(reason)"
        }
    }
}
