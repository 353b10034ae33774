import TacitDiagnostics
import TacitMedia

/// The frames that a command delivers: JPEG pictures one behind the other, or raw ones of one size. A thread takes them as
/// they come; of several that wait the newest is looked at, the others are counted as dropped, and so is what can't be
/// decoded.
///
/// A frame's time is when it came. What passed while the command was away is a gap. Nothing is allocated once frames come,
/// but by libjpeg-turbo inside a frame of JPEG and for one that is longer than all before.
package final class CommandFrames: FrameSource {
    package let frame = FrameBuffer()

    private let source: CommandSource
    private let layout: RawFrame?
    private let decoder: PictureDecoder
    private let box: FrameBox
    private var held: FrameBox.Held
    private var damaged = 0
    private let stopDescriptor: Int32

    /// Bytes that JPEG pictures have at first.
    private static let usualJPEG = 1 << 20

    /// Starts the command, and waits until it delivers.
    ///
    /// - Parameters:
    ///   - source: the command.
    ///   - layout: of raw frames; nil for JPEG pictures.
    ///   - silence: seconds in which bytes must make at least one frame.
    ///   - stopDescriptor: once this one is readable or closed, the stream ends.
    /// - Throws: `TacitError`: device unavailable when there is no frame from it; bad data when it sends something else; I/O
    ///   error where the system has no descriptors left.
    package init(
        _ source: CommandSource, layout: RawFrame?, silence: Double, stopDescriptor: Int32? = nil
    ) throws {
        self.source = source
        self.layout = layout
        self.stopDescriptor = stopDescriptor ?? -1
        decoder = try PictureDecoder()
        let capacity = layout?.frameStride ?? Self.usualJPEG
        box = try FrameBox(capacity: capacity, for: source.name)
        held = FrameBox.Held(capacity: capacity)
        let intake = FrameIntake(box, layout: layout, capacity: capacity, silence: silence)
        try source.start(intake, stopDescriptor: self.stopDescriptor)
    }

    deinit { held.bytes.deallocate() }

    /// - Throws: `TacitError` (device lost) when the command ended and did not deliver again in time.
    package func read(notBefore time: Int) throws -> FrameEvent {
        while true {
            switch box.take(&held, wantedFrom: time) {
            case .gap(let gap): return .gap(gap)
            case .frame where held.time < time: return .passed(time: held.time)
            case .frame(let dropped):
                guard decode() else {
                    damaged += 1
                    continue
                }
                return .frame(FrameEvent.Stamp(index: held.index, time: held.time, dropped: dropped + damaged))
            case .nothing:
                try source.checkLoss()
                if box.wait(milliseconds: 100, stopDescriptor: stopDescriptor) { return .end }
            }
        }
    }

    private func decode() -> Bool {
        let bytes = UnsafeRawBufferPointer(start: held.bytes, count: held.count)
        do {
            if let layout { try layout.convert(bytes, into: frame) } else { try decoder.decode(bytes, into: frame) }
            return true
        } catch {
            return false
        }
    }
}

/// The thread's part of it.
private final class FrameIntake: CommandIntake, @unchecked Sendable {
    private let box: FrameBox
    private let layout: RawFrame?
    private let silence: Double
    private var filling: FrameBox.Held
    private var next = 0
    /// When the first frame came, and the last one, in whichever run.
    private var origin: Double?
    private var lastFrame = 0.0

    init(_ box: FrameBox, layout: RawFrame?, capacity: Int, silence: Double) {
        self.box = box
        self.layout = layout
        self.silence = silence
        filling = FrameBox.Held(capacity: capacity)
    }

    deinit { filling.bytes.deallocate() }

    func take(_ stream: ByteStream, _ delivered: () -> Void) throws {
        if let layout {
            try takeRaw(stream, count: layout.frameStride, delivered)
        } else {
            try takePictures(stream, delivered)
        }
    }

    private func takeRaw(_ stream: ByteStream, count: Int, _ delivered: () -> Void) throws {
        var isFirst = true
        while try stream.fill(filling.bytes, count: count) == count, !stream.wasStopped {
            filling.count = count
            put(isFirst: isFirst)
            isFirst = false
            delivered()
        }
    }

    private func takePictures(_ stream: ByteStream, _ delivered: () -> Void) throws {
        var splitter = JPEGSplitter()
        var isFirst = true
        var head: [UInt8] = []
        var last = BootClock.now
        while true {
            while let picture = splitter.next() {
                guard let bytes = picture.baseAddress else { continue }
                filling.reserve(picture.count)
                filling.bytes.copyMemory(from: bytes, byteCount: picture.count)
                filling.count = picture.count
                put(isFirst: isFirst)
                isFirst = false
                last = BootClock.now
                delivered()
            }
            guard let room = splitter.room(), let base = room.baseAddress else {
                throw TacitError(.badData, "a picture of more than \(JPEGSplitter.maximumBytes) bytes")
            }
            let received = try stream.read(into: base, count: room.count)
            guard received > 0 else {
                if isFirst, !head.isEmpty, splitter.isOutside, !stream.wasStopped {
                    throw TacitError(.badData, head.withUnsafeBytes(UnreadPicture.reason(ofStream:)))
                }
                return
            }
            head += UnsafeRawBufferPointer(start: base, count: min(received, UnreadPicture.headBytes - head.count))
            splitter.append(received)
            guard BootClock.now - last < silence else {
                throw TacitError(.badData, PictureDrought.reason(silence))
            }
        }
    }

    private func put(isFirst: Bool) {
        let now = BootClock.now
        let origin = origin ?? now
        self.origin = origin
        filling.index = next
        filling.time = Self.microseconds(now - origin)
        let gap =
            isFirst && next > 0
            ? FrameEvent.Gap(
                end: filling.time, length: filling.time - Self.microseconds(lastFrame - origin), reason: .command) : nil
        next += 1
        lastFrame = now
        box.put(&filling, gap: gap)
    }

    private static func microseconds(_ seconds: Double) -> Int { Int(max(0, seconds) * 1_000_000) }
}
