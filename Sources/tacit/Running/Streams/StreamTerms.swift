import TacitConsole
import TacitDiagnostics
import TacitRecording
import TacitSinks
import TacitText

/// What a stream that may be one of several has of its own, beside its options.
struct StreamTerms {
    /// Ends it in order.
    var stop: StopToken = Process.stop
    /// Its name in front of what the log says of its device; nil where there is no other.
    var name: String?
    /// What it is in topics, where other inputs have been thought of; nil makes it of its name.
    var device: String?

    /// Where the stream is recorded to, if it is.
    var recording: RecordingWish?
    /// What labels have of their own, of whichever model.
    var labels: [LabelTerms] = []
    /// When nothing is said of any label.
    var quiet = TimesOfDay([])

    private let speaker = LogSpeaker()

    /// A line of the log about the stream's device, the stream's name in front.
    func log(_ body: (inout ByteBuffer) -> Void) {
        Self.log(of: name, by: speaker, body)
    }

    /// A line of the log about the stream of that name.
    static func log(of name: String?, by speaker: LogSpeaker, _ body: (inout ByteBuffer) -> Void) {
        speaker.line { line in
            if let name {
                line.append(string: name)
                line.append(": ")
            }
            body(&line)
        }
    }

    /// A line on standard error about the stream that is said whatever else is, its name in front.
    func say(_ words: String) { StandardError.line(name.map { "\($0): \(words)" } ?? words) }

    /// Tells a stream's sinks whose it is.
    func describe(_ description: inout StreamDescription) {
        description.stop = stop
        guard let name else { return }
        description.source = name
        description.device = device
        description.isOneOfMany = true
    }
}

/// What a label has instead of what the options say of all.
struct LabelTerms: Equatable, Sendable {
    var name: String
    var threshold: Float?
    /// Seconds.
    var onAfter: Double?
    var offAfter: Double?
    /// The name that its events carry.
    var group: String?
    var quiet = TimesOfDay([])

    /// Whether nothing is said of the label.
    var isEmpty: Bool { threshold == nil && onAfter == nil && offAfter == nil && group == nil && quiet.isEmpty }
}
