import Foundation

/// `Tests/Fixtures/camera/stand_in_camera.c`, built, and frames for it to stream.
public struct StandInCamera: Sendable {
    public static let path = "/dev/video0"

    /// To be preloaded.
    public static func library() throws -> String { try PreloadedLibrary.camera.path }

    /// What a program must be started with to find the camera.
    ///
    /// - Parameters:
    ///   - formats: as CAMERA_FORMATS takes them.
    ///   - count: frames after which it is gone.
    public static func environment(
        frames: String, formats: String, count: Int, _ more: [String: String] = [:]
    ) throws -> [String: String] {
        [
            "LD_PRELOAD": try library(), "CAMERA_PATH": path, "CAMERA_FRAMES": frames, "CAMERA_FORMATS": formats,
            "CAMERA_COUNT": "\(count)",
        ].merging(more) { $1 }
    }
}
