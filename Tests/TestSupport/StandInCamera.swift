import Foundation

/// `Tests/Fixtures/camera/stand_in_camera.c`, built, and frames for it to stream.
public struct StandInCamera: Sendable {
    public static let path = "/dev/video0"

    private struct NotBuilt: Error, CustomStringConvertible {
        let description: String
    }

    private static let built: Result<(folder: TemporaryFolder, path: String), any Error> = Result {
        let folder = try TemporaryFolder()
        let path = folder.path("camera.so")
        let source = TestPaths.fixtures.appendingPathComponent("camera/stand_in_camera.c").path
        let outcome = try Executable(path: "/usr/bin/env").run(
            ["clang", "-shared", "-fPIC", "-O1", "-o", path, source, "-ldl"])
        guard outcome.status == 0 else { throw NotBuilt(description: outcome.standardError) }
        return (folder, path)
    }

    /// To be preloaded.
    public static func library() throws -> String { try built.get().path }

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
