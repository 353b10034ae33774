import TacitDiagnostics

/// Raw frames of one size and format, one behind the other, from a descriptor or a file.
package final class RawFrameSource: FrameSource {
    package let frame = FrameBuffer()

    private let stream: ByteStream
    private let layout: RawFrame
    private let clock: FrameClock
    private let bytes: UnsafeMutableRawBufferPointer
    private var next = 0
    private var isOver = false

    /// - Parameters:
    ///   - descriptor: read from, never closed.
    ///   - rate: frames a second.
    /// - Throws: `TacitError` (usage) for a size, format or rate that can't be.
    package convenience init(
        descriptor: Int32, name: String = "standard input", width: Int, height: Int, format: PixelFormat, rate: Double
    ) throws {
        try self.init(
            ByteStream(descriptor: descriptor, name: name), width: width, height: height, format: format, rate: rate)
    }

    /// - Throws: `TacitError`: no input for a file that can't be opened; usage as above.
    package convenience init(path: String, width: Int, height: Int, format: PixelFormat, rate: Double) throws {
        try self.init(
            try ByteStream(path: path, expected: "raw frames"), width: width, height: height, format: format, rate: rate)
    }

    private init(_ stream: ByteStream, width: Int, height: Int, format: PixelFormat, rate: Double) throws {
        guard width > 0, height > 0, width <= 1 << 16, height <= 1 << 16, width * height <= FrameBuffer.maximumPixels
        else {
            throw TacitError(
                .usage, "frames of \(width) x \(height) pixels, expected 1 to \(FrameBuffer.maximumPixels) of them")
        }
        guard let count = format.byteCount(width: width, height: height) else {
            throw TacitError(.usage, "frames of \(format.rawValue) have no size of their own")
        }
        self.stream = stream
        layout = RawFrame(format: format, width: width, height: height)
        clock = try FrameClock(rate: rate)
        bytes = .allocate(byteCount: count, alignment: 16)
    }

    deinit {
        bytes.deallocate()
    }

    package func read(notBefore time: Int) throws -> FrameEvent {
        guard let base = bytes.baseAddress else { return .end }
        while !isOver {
            let filled = try stream.fill(base, count: bytes.count)
            guard filled == bytes.count else {
                isOver = true
                guard filled > 0 || next == 0 else { break }
                return .broken(
                    TacitError.badData(
                        stream.name, at: "frame \(next)", "ends after \(filled) of the frame's \(bytes.count) bytes"))
            }
            let index = next
            next += 1
            guard clock.time(of: index) >= time else { continue }
            try layout.convert(UnsafeRawBufferPointer(bytes), into: frame)
            return .frame(FrameEvent.Stamp(index: index, time: clock.time(of: index), dropped: 0))
        }
        return .end
    }
}
