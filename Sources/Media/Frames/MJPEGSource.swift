import TacitDiagnostics

/// A stream of JPEG pictures, one behind the other (Motion JPEG, as `ffmpeg -f mjpeg` writes it; headers between the
/// pictures, as in a multipart stream, do no harm), from a descriptor or a file.
package final class MJPEGSource: FrameSource {
    package let frame = FrameBuffer()

    private let stream: ByteStream
    private let clock: FrameClock
    private let decoder: PictureDecoder
    private var splitter = JPEGSplitter()
    private var next = 0
    private var isOver = false

    /// - Parameters:
    ///   - descriptor: read from, never closed.
    ///   - rate: frames a second.
    package convenience init(descriptor: Int32, name: String = "standard input", rate: Double) throws {
        try self.init(ByteStream(descriptor: descriptor, name: name), rate: rate)
    }

    /// - Throws: `TacitError` (no input) for a file that can't be opened.
    package convenience init(path: String, rate: Double) throws {
        try self.init(try ByteStream(path: path, expected: "JPEG pictures"), rate: rate)
    }

    private init(_ stream: ByteStream, rate: Double) throws {
        self.stream = stream
        clock = try FrameClock(rate: rate)
        decoder = try PictureDecoder()
    }

    package func read(notBefore time: Int) throws -> FrameEvent {
        while !isOver {
            while let picture = splitter.next() {
                let index = next
                next += 1
                guard clock.time(of: index) >= time else { continue }
                do {
                    try decoder.decode(picture, into: frame)
                } catch let error as TacitError {
                    return .broken(TacitError(error.kind, file: stream.name, place: "frame \(index)", error.reason))
                }
                return .frame(FrameEvent.Stamp(index: index, time: clock.time(of: index), dropped: 0))
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
            guard received == 0 else { continue }
            isOver = true
            if splitter.isInside {
                return .broken(TacitError.badData(stream.name, at: "frame \(next)", "ends within a picture"))
            }
            if next == 0 {
                return .broken(TacitError.badData(stream.name, "no JPEG picture in it"))
            }
        }
        return .end
    }
}
