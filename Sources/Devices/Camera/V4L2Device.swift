import CTacitV4L2
import Glibc
import TacitDiagnostics
import TacitMedia

/// A camera of Video4Linux's, streaming into memory that is mapped from the driver.
package final class V4L2Device: VideoDevice {
    private let wanted: CameraName
    private let advice: String
    private var descriptor: Int32 = -1
    private var buffers: [UnsafeRawBufferPointer] = []

    /// Frames that the driver may fill while one is being read.
    private static let bufferCount: UInt32 = 4

    /// - Parameters:
    ///   - name: a path in `/dev`, or an id as `Cameras.list` gives it; nil for the first camera there is.
    ///   - advice: on cameras of a board's own connector, for errors.
    /// - Throws: `TacitError` (usage) for a name that can't be one.
    package init(_ name: String?, advice: String = VideoNodes.advice) throws {
        self.advice = advice
        wanted = try CameraName(name)
        tacit_v4l2_silence()
    }

    deinit { close() }

    package func open(_ wish: CameraWish) throws -> VideoStream {
        close()
        let path = try wanted.resolve(advice)
        do {
            return try open(path, wish)
        } catch let error as TacitError {
            close()
            throw error.inFile(path)
        }
    }

    private func open(_ path: String, _ wish: CameraWish) throws -> VideoStream {
        try openNode(path)
        guard let name = CameraModes.name(descriptor) else {
            throw TacitError(.deviceUnavailable, VideoNodes.reason("not a camera that can stream", path, advice))
        }
        let mode = try mode(for: wish, path)
        let frame = try negotiate(mode, path)
        var rate = mode.rate ?? wish.rate
        let isTimed = tacit_v4l2_set_rate(descriptor, &rate) == 0
        try map(path)
        // None of its frames could be read.
        guard frame.format == .mjpeg || buffers.allSatisfy({ $0.count >= frame.byteCount }) else {
            throw TacitError(
                .deviceUnavailable,
                "the camera answers \(mode) with less memory than the \(frame.byteCount) bytes that its frames have")
        }
        guard tacit_v4l2_start(descriptor) == 0 else { throw refusal("the camera does not start", path) }
        let agreed = CameraMode(
            format: frame.format, width: frame.width, height: frame.height, rate: isTimed ? rate : mode.rate,
            isConverted: mode.isConverted)
        return VideoStream(name: "\(wanted.text ?? path) (\(name))", mode: agreed, layout: frame)
    }

    private func openNode(_ path: String) throws {
        descriptor = tacit_v4l2_open(path, 0)
        guard descriptor < 0 else { return }
        switch errno {
        case ENOENT, ENODEV, ENXIO: throw TacitError(.deviceUnavailable, "no such camera")
        case EACCES, EPERM:
            throw TacitError(.deviceUnavailable, "the camera may not be used (is the user in the group video?)")
        case let number: throw failure("the camera can't be opened", number, path)
        }
    }

    /// Of the camera's modes, or of those that libv4l2 makes of them, the one that serves best.
    private func mode(for wish: CameraWish, _ path: String) throws -> CameraMode {
        var modes = CameraModes.all(descriptor, near: (wish.width, wish.height))
        if modes.isEmpty {
            // Nothing that is read here: libv4l2 may know what to make of it.
            _ = tacit_v4l2_close(descriptor)
            descriptor = tacit_v4l2_open(path, 1)
            modes = CameraModes.all(descriptor, near: (wish.width, wish.height))
        }
        if let mode = wish.best(of: modes) { return mode }
        let asked = [wish.format?.fourCC, wish.size.map { "\($0.width)x\($0.height)" }].compactMap { $0 }
        throw TacitError(
            .deviceUnavailable,
            asked.isEmpty
                ? VideoNodes.reason("the camera has no format that can be read", path, advice)
                : "the camera has no \(asked.joined(separator: " "))")
    }

    /// What frames are like once a mode is asked for: drivers may answer with something else.
    private func negotiate(_ mode: CameraMode, _ path: String) throws -> RawFrame {
        var layout = tacit_v4l2_layout(
            code: mode.format.code, width: UInt32(mode.width), height: UInt32(mode.height), bytes_per_row: 0,
            is_full_range: 0)
        guard tacit_v4l2_set_layout(descriptor, &layout) == 0 else {
            throw refusal("the camera refuses \(mode)", path)
        }
        guard let format = PixelFormat(code: layout.code), layout.width > 0, layout.height > 0 else {
            throw TacitError(.deviceUnavailable, "the camera refuses \(mode)")
        }
        guard FrameBuffer.isSensible(width: Int(layout.width), height: Int(layout.height)) else {
            throw TacitError(
                .deviceUnavailable,
                "the camera answers \(mode) with \(layout.width)x\(layout.height), expected at most "
                    + "\(FrameBuffer.maximumPixels) pixels")
        }
        return RawFrame(
            format: format, width: Int(layout.width), height: Int(layout.height),
            bytesPerRow: Int(layout.bytes_per_row), isFullRange: layout.is_full_range != 0)
    }

    private func map(_ path: String) throws {
        var count = Self.bufferCount
        guard tacit_v4l2_request_buffers(descriptor, &count) == 0, count > 0 else {
            throw refusal("the camera has no memory to map", path)
        }
        for index in 0..<count {
            var length = 0
            guard let memory = tacit_v4l2_map(descriptor, index, &length) else {
                throw failure("the camera's memory can't be mapped", errno, path)
            }
            buffers.append(UnsafeRawBufferPointer(start: memory, count: length))
            guard tacit_v4l2_enqueue(descriptor, index) == 0 else {
                throw failure("the camera takes no buffer", errno, path)
            }
        }
    }

    /// Why the call just made failed, of those that a camera answers to one program alone.
    private func refusal(_ what: String, _ path: String) -> TacitError {
        errno == EBUSY
            ? TacitError(.deviceUnavailable, "the camera is in use by another program") : failure(what, errno, path)
    }

    private func failure(_ what: String, _ number: Int32, _ path: String) -> TacitError {
        TacitError(.deviceUnavailable, VideoNodes.reason("\(what): \(TacitError.systemWords(number))", path, advice))
    }

    package func take(milliseconds: Int) -> VideoResult {
        guard descriptor >= 0 else { return .lost(ENODEV) }
        var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let count = poll(&ready, 1, Int32(milliseconds))
        if count == 0 || (count < 0 && errno == EINTR) { return .nothing }
        guard count > 0 else { return .lost(errno) }
        // An error here is told by what follows.
        var buffer = tacit_v4l2_buffer()
        guard tacit_v4l2_dequeue(descriptor, &buffer) == 0 else {
            switch errno {
            case EAGAIN:
                // Ready, and yet nothing to take: not asked again at once.
                if milliseconds > 0 { sleep(milliseconds: 2) }
                return .nothing
            case let number: return .lost(number)
            }
        }
        return .frame(
            VideoBuffer(
                index: Int(buffer.index), count: Int(buffer.bytes), sequence: buffer.sequence,
                time: buffer.time >= 0 ? Int(buffer.time) : now, isDamaged: buffer.is_damaged != 0))
    }

    package func bytes(of buffer: VideoBuffer) -> UnsafeRawBufferPointer {
        guard buffers.indices.contains(buffer.index) else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        let memory = buffers[buffer.index]
        // Some drivers leave out how much they have filled.
        return UnsafeRawBufferPointer(rebasing: memory[..<min(buffer.count > 0 ? buffer.count : .max, memory.count)])
    }

    package func giveBack(_ buffer: VideoBuffer) {
        // A camera that takes no more is told by the next wait.
        if descriptor >= 0 { _ = tacit_v4l2_enqueue(descriptor, UInt32(buffer.index)) }
    }

    package func close() {
        guard descriptor >= 0 else { return }
        _ = tacit_v4l2_stop(descriptor)
        for memory in buffers {
            guard let base = memory.baseAddress else { continue }
            tacit_v4l2_unmap(descriptor, UnsafeMutableRawPointer(mutating: base), memory.count)
        }
        buffers.removeAll()
        var none: UInt32 = 0
        _ = tacit_v4l2_request_buffers(descriptor, &none)
        _ = tacit_v4l2_close(descriptor)
        descriptor = -1
    }

    package var now: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
    }

    package func sleep(milliseconds: Int) { usleep(UInt32(milliseconds) * 1000) }
}
