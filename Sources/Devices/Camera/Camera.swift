import Glibc
import TacitDiagnostics
import TacitMedia

/// A camera as a source of frames. Of several that wait the newest is taken; the others are counted as dropped, and so
/// is whatever the camera itself had no memory for or marked as damaged.
///
/// Frames are turned to pixels and given back to the camera at once, so that it can go on while the model works.
/// Nothing is allocated once frames come, but by libjpeg-turbo inside a frame of JPEG.
package final class Camera: FrameSource {
    package let frame = FrameBuffer()
    /// What was agreed with the camera; changes only when another one comes back in its place.
    package private(set) var stream: VideoStream

    private let settings: CameraSettings
    private let device: any VideoDevice
    private let decoder: PictureDecoder
    private let note: (DeviceNote) -> Void

    /// A frame that was taken and not yet turned to pixels: the first after a gap.
    private var pending: Arrived?
    private var clock = FrameTime()
    /// The last frame's, in microseconds since the first one.
    private var lastTime: Int { clock.time }
    /// The last frame's number in the stream, and the camera's own number for it.
    private var index = -1
    private var sequence: UInt32?
    private var dropped = 0
    private var damaged = 0
    private var change = ChangeDetector()

    /// A frame, and when it came.
    private struct Arrived {
        let buffer: VideoBuffer
        let time: Int
    }

    private static let retryMilliseconds = 250
    /// How often one that should deliver is looked at, so that a wish to stop is noticed.
    private static let waitMilliseconds = 100

    /// Opens the camera, waiting for it as the settings say, and starts it.
    ///
    /// - Parameters:
    ///   - settings: what is wished, and how long to wait.
    ///   - device: the one to open.
    ///   - note: called from here and from `read`. Each trouble is told once.
    /// - Throws: `TacitError`: device unavailable; usage for a name that can't be one.
    package init(
        _ settings: CameraSettings, device: any VideoDevice, note: @escaping (DeviceNote) -> Void
    ) throws {
        self.settings = settings
        self.device = device
        self.note = note
        decoder = try PictureDecoder()
        let deadline = device.now + Self.microseconds(settings.wait)
        var hasTold = false
        while true {
            do {
                stream = try device.open(settings.wish)
                break
            } catch let error as TacitError where error.kind == .deviceUnavailable && device.now < deadline {
                if !hasTold { note(.waiting(reason: error.description)) }
                hasTold = true
                guard !settings.isStopping() else { throw error }
                device.sleep(milliseconds: Self.retryMilliseconds)
            }
        }
        note(.opened(name: stream.name, format: "\(stream.mode)"))
    }

    deinit { device.close() }

    /// - Throws: `TacitError` (device lost) when it went away and did not come back in time.
    package func read(notBefore time: Int) throws -> FrameEvent {
        if let first = pending {
            pending = nil
            if let stamp = take(first, notBefore: time) { return .frame(stamp) }
        }
        var waitingSince = device.now
        while !settings.isStopping() {
            switch device.take(milliseconds: Self.waitMilliseconds) {
            case .frame(let buffer):
                waitingSince = device.now
                let first = Arrived(buffer: buffer, time: waitingSince)
                if let stamp = take(newest(first, notBefore: time), notBefore: time) { return .frame(stamp) }
                if lastTime < time { return .passed(time: lastTime) }
            case .nothing:
                guard device.now - waitingSince >= Int(settings.stallSeconds * 1_000_000) else { continue }
                note(.stalled(seconds: settings.stallSeconds))
                return try bringBack(.stalled)
            case .lost(let cause):
                note(.lost(cause: cause))
                return try bringBack(.lost)
            }
        }
        return .end
    }

    /// Of a wait that may be endless.
    private static func microseconds(_ seconds: Double) -> Int { Int(min(max(seconds, 0), 1e10) * 1_000_000) }

    /// The last of the frames that wait; those before it are given back.
    private func newest(_ first: Arrived, notBefore time: Int) -> Arrived {
        var last = first
        // No more than the camera can hold: one that is faster than this loop must not keep it here.
        for _ in 0..<32 {
            guard case .frame(let newer) = device.take(milliseconds: 0) else { break }
            count(last, notBefore: time)
            if !last.buffer.isDamaged, lastTime >= time { dropped += 1 }
            device.giveBack(last.buffer)
            last = Arrived(buffer: newer, time: device.now)
        }
        return last
    }

    /// Counts a frame, by the camera's own numbers: what they leave out was dropped by the driver, unless nobody wanted
    /// it anyway.
    private func count(_ arrived: Arrived, notBefore time: Int) {
        let buffer = arrived.buffer
        _ = clock.take(stamp: buffer.time, arrival: arrived.time)
        let isWanted = lastTime >= time
        var step = 1
        if let sequence {
            let difference = Int(Int32(bitPattern: buffer.sequence &- sequence))
            // Drivers that don't number their frames, or begin anew, leave the count to this one.
            if (2...100_000).contains(difference) {
                step = difference
                if isWanted { dropped += difference - 1 }
            }
        }
        sequence = buffer.sequence
        index += step
        if buffer.isDamaged { noteDamage(isWanted: isWanted) }
    }

    private func noteDamage(isWanted: Bool) {
        if isWanted { dropped += 1 }
        damaged += 1
        note(.damaged(frames: damaged))
    }

    /// Turns a frame to pixels and gives it back; nil if it is too early or can't be read.
    private func take(_ arrived: Arrived, notBefore time: Int) -> FrameEvent.Stamp? {
        count(arrived, notBefore: time)
        let buffer = arrived.buffer
        defer { device.giveBack(buffer) }
        guard !buffer.isDamaged, lastTime >= time else { return nil }
        let bytes = device.bytes(of: buffer)
        do {
            if stream.layout.format == .mjpeg {
                try decoder.decode(bytes, into: frame)
            } else {
                try stream.layout.convert(bytes, into: frame)
            }
        } catch {
            noteDamage(isWanted: true)
            return nil
        }
        if let isFrozen = change.take(bytes, time: lastTime, limit: Int(settings.frozenSeconds * 1_000_000)) {
            note(isFrozen ? .frozen(seconds: settings.frozenSeconds) : .moving)
        }
        return FrameEvent.Stamp(index: index, time: lastTime, dropped: dropped)
    }

    /// Closes the camera and looks for it until it delivers again.
    private func bringBack(_ reason: FrameEvent.Reason) throws -> FrameEvent {
        device.close()
        sequence = nil
        let deadline = device.now + Self.microseconds(settings.waitLost)
        while !settings.isStopping() {
            if let reopened = try? device.open(settings.wish) {
                stream = reopened
                if let first = firstFrame(before: min(deadline, device.now + Int(settings.stallSeconds * 1_000_000))) {
                    let start = lastTime
                    let end = clock.take(stamp: first.buffer.time, arrival: first.time)
                    let gap = FrameEvent.Gap(end: end, length: end - start, reason: reason)
                    pending = first
                    note(.returned)
                    return .gap(gap)
                }
                device.close()
            }
            guard device.now < deadline else {
                throw TacitError(
                    .deviceLost, file: stream.name,
                    "lost, and not back within \(Int(min(settings.waitLost, 1e10).rounded(.up))) seconds")
            }
            device.sleep(milliseconds: Self.retryMilliseconds)
        }
        return .end
    }

    private func firstFrame(before deadline: Int) -> Arrived? {
        while device.now < deadline, !settings.isStopping() {
            switch device.take(milliseconds: Self.waitMilliseconds) {
            case .frame(let buffer): return Arrived(buffer: buffer, time: device.now)
            case .nothing: continue
            case .lost: return nil
            }
        }
        return nil
    }
}
