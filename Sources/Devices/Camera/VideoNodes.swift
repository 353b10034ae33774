import Glibc

/// The kernel's nodes for video, most of which are no cameras: decoders, scalers, and the raw ends of a CSI camera.
package enum VideoNodes {
    /// Whether there is any.
    package static var areThere: Bool {
        guard let directory = opendir("/dev") else { return false }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let isVideo = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { strncmp($0, "video", 5) == 0 }
            }
            if isVideo { return true }
        }
        return false
    }
}
