import TacitDiagnostics

/// A stream of JPEG pictures, one behind the other (Motion JPEG, as `ffmpeg -f mjpeg` writes it; headers between the
/// pictures, as in a multipart stream, do no harm), from a descriptor, a file or a pipe. One that begins as a PNG, WebP or
/// GIF does is that one picture.
package final class MJPEGSource: FrameSource {
    package let frame = FrameBuffer()

    private let stream: ByteStream
    private let clock: FrameClock
    private let decoder: PictureDecoder
    private var splitter = JPEGSplitter()
    private var next = 0
    private var hasBegun = false
    private var isOver = false
    /// Of a stream that may be endless; a file has an end.
    private var drought: PictureDrought?
    private var isDry = false

    /// - Parameters:
    ///   - descriptor: read from, never closed.
    ///   - name: the stream's name in errors.
    ///   - rate: frames a second.
    ///   - patience: seconds in which bytes must make at least one picture.
    ///   - stopDescriptor: once this one is readable or closed, the stream ends, amid a read that waits, too.
    package convenience init(
        descriptor: Int32, name: String = "standard input", rate: Double,
        patience: Double = PictureDrought.usualLimit, stopDescriptor: Int32? = nil
    ) throws {
        try self.init(
            ByteStream(descriptor: descriptor, name: name, stopDescriptor: stopDescriptor), rate: rate,
            patience: patience)
    }

    /// - Throws: `TacitError` (no input) for a file that can't be opened.
    package convenience init(path: String, rate: Double, stopDescriptor: Int32? = nil) throws {
        try self.init(
            try ByteStream(path: path, expected: "JPEG pictures", stopDescriptor: stopDescriptor), rate: rate,
            patience: PictureDrought.usualLimit)
    }

    private init(_ stream: ByteStream, rate: Double, patience: Double) throws {
        self.stream = stream
        drought = stream.isRegularFile ? nil : PictureDrought(limit: patience)
        clock = try FrameClock(rate: rate)
        decoder = try PictureDecoder()
    }

    package func read(notBefore time: Int) throws -> FrameEvent {
        if !hasBegun {
            hasBegun = true
            if PictureDecoder.isStill(try stream.peek(12)) { return try takeStill() }
        }
        while !isOver {
            while let picture = splitter.next() {
                drought?.pictureCame()
                isDry = false
                if let event = take(picture, notBefore: time) { return event }
            }
            if isDry {
                isOver = true
                return .broken(
                    TacitError.badData(
                        stream.name, at: next > 0 ? "frame \(next)" : nil,
                        PictureDrought.reason("\(Int(PictureDrought.usualLimit))")))
            }
            guard let room = splitter.room(), let base = room.baseAddress else {
                isOver = true
                return .broken(
                    TacitError.badData(
                        stream.name, at: "frame \(next)",
                        "a picture of more than \(JPEGSplitter.maximumBytes) bytes"))
            }
            let received = try stream.read(into: base, count: room.count)
            splitter.append(received)
            guard received == 0 else {
                isDry = drought?.bytesCame(at: BootClock.now) ?? false
                continue
            }
            isOver = true
            if stream.wasStopped { break }
            // The last one's end marker may be missing.
            if let picture = splitter.rest() {
                switch take(picture, notBefore: time) {
                case .broken?:
                    return .broken(TacitError.badData(stream.name, at: "frame \(next - 1)", "ends within a picture"))
                case let event?: return event
                case nil: break
                }
            }
            if next == 0 {
                return .broken(TacitError.badData(stream.name, "no JPEG picture in it"))
            }
        }
        return .end
    }

    /// The stream as one picture.
    private func takeStill() throws -> FrameEvent {
        isOver = true
        var bytes: [UInt8] = []
        let piece = UnsafeMutableRawPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { piece.deallocate() }
        while true {
            let received = try stream.read(into: piece, count: 1 << 16)
            if received == 0 { break }
            bytes.append(contentsOf: UnsafeRawBufferPointer(start: piece, count: received))
            guard bytes.count <= PictureFileReader.maximumBytes else {
                return .broken(TacitError.badData(stream.name, "more than \(PictureFileReader.maximumBytes) bytes"))
            }
        }
        if stream.wasStopped { return .end }
        do {
            try bytes.withUnsafeBytes { try decoder.decode($0, into: frame) }
        } catch let error as TacitError {
            return .broken(error.inFile(stream.name))
        }
        return .frame(FrameEvent.Stamp(index: 0, time: 0, dropped: 0))
    }

    /// Counts a picture, and decodes it unless it is to be passed over.
    private func take(_ picture: UnsafeRawBufferPointer, notBefore time: Int) -> FrameEvent? {
        let index = next
        next += 1
        guard clock.time(of: index) >= time else { return nil }
        do {
            try decoder.decode(picture, into: frame)
        } catch {
            let reason = (error as? TacitError)?.reason ?? "can't be decoded"
            return .broken(TacitError(.badData, file: stream.name, place: "frame \(index)", reason))
        }
        return .frame(FrameEvent.Stamp(index: index, time: clock.time(of: index), dropped: 0))
    }
}
