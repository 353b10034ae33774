import CTacitV4L2
import Glibc
import TacitDiagnostics

/// A camera as it may be named: a path in `/dev`, or the place where it is plugged in, which stays the same across
/// reboots (`usb-0000:00:14.0-1.2`, `vivid.0`, and `,N` for a device's node N). A path is looked up in sysfs while it
/// is there, so that the camera is found again when it comes back under another number.
final class CameraName {
    /// As it was given; nil for whichever comes first.
    let text: String?
    /// Where it is plugged in, once known.
    private var place: String?

    /// - Throws: `TacitError` (usage) for what can't be a name.
    init(_ text: String?) throws {
        if let text {
            guard !text.isEmpty, text.utf8.count <= 256, text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
                throw TacitError(
                    .usage, file: text.isEmpty ? nil : text, "a device's name is 1 to 256 characters without spaces")
            }
        }
        self.text = text
        if let text, !text.hasPrefix("/") { place = text }
    }

    /// The path to open now.
    ///
    /// - Parameter advice: on cameras of a board's own connector.
    /// - Throws: `TacitError` (device unavailable) when there is nothing at that place.
    func resolve(_ advice: String) throws -> String {
        if let place {
            if let path = Cameras.nodes().first(where: { Cameras.place(of: $0) == place }) { return path }
            // Without sysfs a path is all there is.
            if let text, text.hasPrefix("/"), access(text, F_OK) == 0, Cameras.place(of: text) == nil { return text }
            throw TacitError(.deviceUnavailable, file: text ?? place, "no such camera")
        }
        if let text {
            // A link, such as those in /dev/v4l, leads to the node.
            let path = realpath(text, nil).map { resolved in
                defer { free(resolved) }
                return String(cString: resolved)
            }
            place = Cameras.place(of: path ?? text)
            return path ?? text
        }
        for path in Cameras.nodes() where Cameras.isCamera(path) {
            place = Cameras.place(of: path)
            return path
        }
        throw TacitError(
            .deviceUnavailable,
            VideoNodes.adviceWithoutCamera(advice).map { "no camera found: \($0)" } ?? "no camera found")
    }
}
