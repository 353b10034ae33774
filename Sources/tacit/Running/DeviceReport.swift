import Glibc
import TacitConsole
import TacitDevices

/// What there is to say about a microphone or a camera, as lines of the log.
enum DeviceReport {
    /// - Parameter kind: what the device is called.
    static func tell(_ kind: StaticString, _ note: DeviceNote) {
        Log.shared.line { line in
            switch note {
            case .opened(let name, let format):
                line.append(kind)
                line.append(" ")
                line.append(string: name)
                line.append(": ")
                line.append(string: format)
            case .waiting(let reason):
                line.append(string: reason)
                line.append("; waiting for it")
            case .lost(let cause):
                line.append("the ")
                line.append(kind)
                if cause == 0 {
                    line.append(" delivers nothing any more")
                } else {
                    line.append(" is lost (")
                    line.append(string: String(cString: strerror(cause)))
                    line.append(")")
                }
                line.append("; waiting for it")
            case .stalled(let seconds):
                line.append("nothing for ")
                line.append(seconds, places: 0)
                line.append(" s; opening the ")
                line.append(kind)
                line.append(" anew")
            case .returned:
                line.append("the ")
                line.append(kind)
                line.append(" is back")
            case .silent(let seconds):
                line.append("the ")
                line.append(kind)
                line.append(" has delivered nothing but zeros for ")
                line.append(seconds, places: 0)
                line.append(" s: is it muted?")
            case .audible:
                line.append("the ")
                line.append(kind)
                line.append(" is no longer silent")
            case .damaged(let frames):
                line.append("damaged frames so far: ")
                line.append(integer: frames)
            case .frozen(let seconds):
                line.append("the picture has not changed at all for ")
                line.append(seconds, places: 0)
                line.append(" s")
            case .moving: line.append("the picture changes again")
            }
        }
    }
}
