import Glibc
import TacitConsole
import TacitDevices

/// What there is to say about a microphone, as lines of the log.
enum MicrophoneReport {
    static func tell(_ note: MicrophoneNote) {
        Log.shared.line { line in
            switch note {
            case .opened(let name, let format):
                line.append("microphone ")
                line.append(string: name)
                line.append(": ")
                line.append(string: format.description)
            case .waiting(let reason):
                line.append(string: reason)
                line.append("; waiting for it")
            case .lost(let cause):
                if cause == 0 {
                    line.append("the microphone delivers nothing any more")
                } else {
                    line.append("the microphone is lost (")
                    line.append(string: String(cString: strerror(cause)))
                    line.append(")")
                }
                line.append("; waiting for it")
            case .returned:
                line.append("the microphone is back")
            case .silent(let seconds):
                line.append("the microphone has delivered nothing but zeros for ")
                line.append(seconds, places: 0)
                line.append(" s: is it muted?")
            case .audible:
                line.append("the microphone is no longer silent")
            }
        }
    }
}
