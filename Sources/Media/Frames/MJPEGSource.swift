import TacitDiagnostics

/// A stream of JPEG pictures, one behind the other (Motion JPEG, as `ffmpeg -f mjpeg` writes it; headers between the
/// pictures, as in a multipart stream, do no harm), from a descriptor, a file or a pipe. PNG, WebP and GIF pictures may come
/// first, or alone.
package final class MJPEGSource: FrameSource {
    package let frame = FrameBuffer()

    private let stream: ByteStream
    private let clock: FrameClock
    private let decoder: PictureDecoder
    private var splitter = JPEGSplitter()
    private var next = 0
    private var stills = StillPictures()
    private var beginsWithStills = true
    /// The first bytes, where they are no still picture's.
    private var head: [UInt8] = []
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
    /// - Throws: `TacitError` (usage) for a rate out of range.
    package convenience init(
        descriptor: Int32, name: String = StandardInput.name, rate: Double,
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
        if let event = try still(notBefore: time) { return event }
        while !isOver {
            while let picture = splitter.next() {
                drought?.pictureCame()
                isDry = false
                if let event = take(picture, notBefore: time) { return event }
            }
            if isDry, let drought {
                isOver = true
                return .broken(
                    TacitError.badData(stream.name, at: next > 0 ? "frame \(next)" : nil, drought.reason))
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
                return .broken(TacitError.badData(stream.name, head.withUnsafeBytes(UnreadPicture.reason(ofStream:))))
            }
        }
        return .end
    }

    /// The next of the still pictures that the stream begins with; nil once there is no more.
    private func still(notBefore time: Int) throws -> FrameEvent? {
        while beginsWithStills {
            switch try stills.next(stream) {
            case .picture(let bytes):
                if stream.wasStopped { break }
                if let event = bytes.withUnsafeBytes({ take($0, notBefore: time) }) { return event }
                continue
            case .other(let bytes):
                head = Array(bytes.prefix(UnreadPicture.headBytes))
                hand(bytes)
            case .tooLong:
                isOver = true
                beginsWithStills = false
                return .broken(
                    TacitError.badData(
                        stream.name, at: "frame \(next)", "more than \(PictureFileReader.maximumBytes) bytes"))
            }
            beginsWithStills = false
        }
        return nil
    }

    /// What was read behind the last still picture.
    private func hand(_ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        while !rest.isEmpty, let room = splitter.room(), !room.isEmpty {
            let count = min(room.count, rest.count)
            _ = room.update(fromContentsOf: rest.prefix(count))
            splitter.append(count)
            rest = rest.dropFirst(count)
        }
    }

    /// Counts a picture, and decodes it unless it is to be passed over.
    private func take(_ picture: UnsafeRawBufferPointer, notBefore time: Int) -> FrameEvent? {
        let index = next
        next += 1
        guard clock.time(of: index) >= time else { return nil }
        do {
            try decoder.decode(picture, into: frame)
        } catch {
            return .broken(
                TacitError(.badData, file: stream.name, place: "frame \(index)", TacitError.reason(of: error)))
        }
        return .frame(FrameEvent.Stamp(index: index, time: clock.time(of: index), dropped: 0))
    }
}
