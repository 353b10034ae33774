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
    ///   - name: the stream's name in errors.
    ///   - width: pixels in a row.
    ///   - height: rows.
    ///   - format: how pixels are stored; one that has a size.
    ///   - rate: frames a second.
    ///   - bytesPerRow: of padded lines; nil where they follow one another without a hole.
    ///   - stopDescriptor: once this one is readable or closed, the stream ends, amid a read that waits, too.
    /// - Throws: `TacitError` (usage) for a size, format or rate that can't be.
    package convenience init(
        descriptor: Int32, name: String = StandardInput.name, width: Int, height: Int, format: PixelFormat,
        rate: Double,
        bytesPerRow: Int? = nil, stopDescriptor: Int32? = nil
    ) throws {
        try self.init(
            ByteStream(descriptor: descriptor, name: name, stopDescriptor: stopDescriptor), width: width,
            height: height, format: format, rate: rate, bytesPerRow: bytesPerRow)
    }

    /// - Throws: `TacitError`: no input for a file that can't be opened; usage as above.
    package convenience init(
        path: String, width: Int, height: Int, format: PixelFormat, rate: Double, bytesPerRow: Int? = nil,
        stopDescriptor: Int32? = nil
    ) throws {
        try self.init(
            try ByteStream(path: path, expected: "raw frames", stopDescriptor: stopDescriptor), width: width,
            height: height, format: format, rate: rate, bytesPerRow: bytesPerRow)
    }

    private init(
        _ stream: ByteStream, width: Int, height: Int, format: PixelFormat, rate: Double, bytesPerRow: Int?
    ) throws {
        guard FrameBuffer.isSensible(width: width, height: height) else {
            throw TacitError(
                .usage, "frames of \(width) x \(height) pixels, expected 1 to \(FrameBuffer.maximumPixels) of them")
        }
        guard format != .mjpeg else {
            throw TacitError(.usage, "frames of \(format.rawValue) have no size of their own")
        }
        let least = format.bytesPerRow(width: width)
        if let bytesPerRow, !(least...(1 << 20)).contains(bytesPerRow) {
            throw TacitError(
                .usage,
                "lines of \(bytesPerRow) bytes, expected \(least) to \(1 << 20) for \(width) pixels of "
                    + "\(format.rawValue)"
            )
        }
        self.stream = stream
        layout = RawFrame(format: format, width: width, height: height, bytesPerRow: bytesPerRow)
        clock = try FrameClock(rate: rate)
        bytes = .allocate(byteCount: layout.frameStride, alignment: 16)
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
                if stream.wasStopped { break }
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
