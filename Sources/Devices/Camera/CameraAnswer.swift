import CTacitV4L2
import Glibc

/// What a video node answers when it is asked whether it could be watched.
package enum CameraAnswer: Sendable {
    /// Not a camera that can stream, or it may not be opened.
    case noCamera
    /// Another program streams from it.
    case busy
    /// A camera, but in no format that is read here.
    case noFormats
    case formats
}

extension Cameras {
    /// Asks a node in `/dev`, which is closed again. Nothing of the camera's settings is changed.
    package static func answer(of path: String) -> CameraAnswer {
        tacit_v4l2_silence()
        let descriptor = tacit_v4l2_open(path, 0)
        guard descriptor >= 0 else { return errno == EBUSY ? .busy : .noCamera }
        defer { _ = tacit_v4l2_close(descriptor) }
        guard CameraModes.name(descriptor) != nil else { return .noCamera }
        // Who streams owns the buffers; to ask for none is refused to everyone else.
        var none: UInt32 = 0
        if tacit_v4l2_request_buffers(descriptor, &none) != 0, errno == EBUSY { return .busy }
        if !CameraModes.all(descriptor).isEmpty { return .formats }
        let converting = tacit_v4l2_open(path, 1)
        guard converting >= 0 else { return .noFormats }
        defer { _ = tacit_v4l2_close(converting) }
        return CameraModes.all(converting).isEmpty ? .noFormats : .formats
    }
}
