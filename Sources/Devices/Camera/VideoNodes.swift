import Glibc
import TacitDiagnostics

/// The kernel's nodes for video, most of which are no cameras: decoders, scalers, and the raw ends of a CSI camera.
package enum VideoNodes {
    /// Why the nodes of a camera on a board's own connector give no pictures, and what does.
    package static let advice = "a camera on the CSI connector needs libcamera"

    /// The reason why one is of no use, with the advice unless it is plugged in on USB.
    static func reason(_ text: String, _ path: String, _ advice: String) -> String {
        Cameras.place(of: path)?.hasPrefix("usb-") == true ? text : "\(text); \(advice)"
    }

    /// Why there is no camera although there are nodes; nil where there are none.
    package static func adviceWithoutCamera(_ advice: String) -> String? {
        let paths = paths
        if paths.isEmpty { return nil }
        return paths.contains { access($0, R_OK | W_OK) == 0 }
            ? "none of the nodes /dev/video* is a camera by itself: \(advice)"
            : "the nodes /dev/video* may not be opened: is the user in the group video?"
    }

    private static var paths: [String] {
        let names = (try? FolderListing.names(in: "/dev")) ?? []
        return names.filter { $0.hasPrefix("video") }.map { "/dev/\($0)" }
    }
}
