import TacitDiagnostics
import TacitText

extension DeviceNote {
    /// In words, at the end of a line.
    ///
    /// - Parameters:
    ///   - device: what it is called: microphone, camera.
    ///   - line: gets them.
    package func write(_ device: StaticString, to line: inout ByteBuffer) {
        switch self {
        case .opened(let name, let format):
            line.append(device)
            line.append(" ")
            line.append(string: name)
            line.append(": ")
            line.append(string: format)
        case .waiting(let reason):
            line.append(string: reason)
            line.append("; waiting for it")
        case .lost(let cause):
            line.append("the ")
            line.append(device)
            if cause == 0 {
                line.append(" delivers nothing any more")
            } else {
                line.append(" is lost (")
                line.append(string: TacitError.systemWords(cause))
                line.append(")")
            }
            line.append("; waiting for it")
        case .stalled(let seconds):
            line.append("nothing for ")
            line.append(seconds, places: 0)
            line.append(" s; opening the ")
            line.append(device)
            line.append(" anew")
        case .returned:
            line.append("the ")
            line.append(device)
            line.append(" is back")
        case .silent(let seconds):
            line.append("the ")
            line.append(device)
            line.append(" has delivered nothing but zeros for ")
            line.append(seconds, places: 0)
            line.append(" s: is it muted?")
        case .audible:
            line.append("the ")
            line.append(device)
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

    /// The same as a text of its own.
    package func words(_ device: StaticString) -> String {
        var line = ByteBuffer(capacity: 256)
        write(device, to: &line)
        return String(decoding: line.bytes, as: UTF8.self)
    }
}
