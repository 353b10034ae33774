import Glibc
import TacitConsole
import TacitDevices

/// Tells on standard error how a camera is doing.
enum CameraLog {
    static func write(_ note: CameraNote) {
        switch note {
        case .opened(let stream):
            StandardError.line("\(stream.name): \(stream.mode)")
        case .waiting(let reason):
            StandardError.line("\(reason); waiting for it")
        case .lost(let cause):
            Log.shared.line {
                $0.append("the camera is gone (error ")
                $0.append(integer: Int(cause))
                $0.append("); waiting for it")
            }
        case .stalled(let seconds):
            Log.shared.line {
                $0.append("no frame for ")
                $0.append(seconds, places: 0)
                $0.append(" s; opening the camera anew")
            }
        case .returned: Log.shared.line { $0.append("the camera is back") }
        case .damaged(let frames):
            Log.shared.line {
                $0.append("damaged frames so far: ")
                $0.append(integer: frames)
            }
        case .frozen(let seconds):
            Log.shared.line {
                $0.append("the picture has not changed at all for ")
                $0.append(seconds, places: 0)
                $0.append(" s")
            }
        case .moving: Log.shared.line { $0.append("the picture changes again") }
        }
    }
}
