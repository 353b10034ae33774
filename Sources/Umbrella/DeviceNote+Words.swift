import Glibc
import TacitDevices

extension DeviceNote {
    /// - Parameter kind: what the device is called.
    func words(_ kind: String) -> String {
        switch self {
        case .opened(let name, let format): "\(kind) \(name): \(format)"
        case .waiting(let reason): "\(reason); waiting for it"
        case .lost(let cause):
            cause == 0
                ? "the \(kind) delivers nothing any more; waiting for it"
                : "the \(kind) is lost (\(String(cString: strerror(cause)))); waiting for it"
        case .stalled(let seconds): "nothing for \(Int(seconds)) s; opening the \(kind) anew"
        case .returned: "the \(kind) is back"
        case .silent(let seconds):
            "the \(kind) has delivered nothing but zeros for \(Int(seconds)) s: is it muted?"
        case .audible: "the \(kind) is no longer silent"
        case .damaged(let frames): "damaged frames so far: \(frames)"
        case .frozen(let seconds): "the picture has not changed at all for \(Int(seconds)) s"
        case .moving: "the picture changes again"
        }
    }
}
