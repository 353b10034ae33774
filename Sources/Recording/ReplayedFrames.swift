import TacitDiagnostics
import TacitMedia
import TacitModelFile

/// Frames as they went by when they were recorded.
package final class ReplayedFrames: FrameSource {
    package let frame = FrameBuffer()
    private let reader: RecordingReader
    /// How many of the frames dropped could not be recorded in time.
    package private(set) var missed = 0
    /// Microseconds up to which the stream has come.
    private var time = 0

    package init(_ reader: RecordingReader) { self.reader = reader }

    /// - Throws: `TacitError` (bad data) where the recording is cut off, damaged, or says what can't be.
    package func read(notBefore time: Int) throws -> FrameEvent {
        switch try reader.peek() {
        case .frame: return .frame(try takeFrame())
        case .frameGap: return .gap(try takeGap())
        case .brokenFrame: return .broken(try takeError())
        case .event, .end, nil: return .end
        case let kind?: throw reader.unexpected("there is a \(kind)")
        }
    }

    private func takeFrame() throws -> FrameEvent.Stamp {
        try reader.take { _, payload in
            var cursor = ByteCursor(payload)
            let stamp = FrameEvent.Stamp(
                index: try Self.count(&cursor, "number"), time: try Self.count(&cursor, "time"),
                dropped: try Self.count(&cursor, "frames dropped"))
            try advance(to: stamp.time)
            missed = try Self.count(&cursor, "frames missed")
            _ = try reader.takeTimeOfDay(&cursor)
            let width = Int(try cursor.number(UInt32.self, "width"))
            let height = Int(try cursor.number(UInt32.self, "height"))
            let channels = Int(try cursor.number(UInt32.self, "channels"))
            _ = try cursor.number(UInt32.self, "encoding")
            guard channels == 1 || channels == 3, width > 0, height > 0, width <= FrameBuffer.maximumPixels,
                height <= FrameBuffer.maximumPixels, width * height * channels == cursor.remaining
            else {
                throw TacitError(.badData, "a frame of \(width) x \(height) x \(channels) in \(cursor.remaining) bytes")
            }
            try frame.reshape(width: width, height: height, channels: channels)
            UnsafeMutableRawBufferPointer(start: frame.pixels, count: frame.byteCount)
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: payload[cursor.offset...]))
            return stamp
        }
    }

    private func takeGap() throws -> FrameEvent.Gap {
        try reader.take { _, payload in
            var cursor = ByteCursor(payload)
            let end = try Self.count(&cursor, "end")
            let length = try Self.count(&cursor, "length")
            _ = try reader.takeTimeOfDay(&cursor)
            guard let reason = FrameEvent.Reason(code: try cursor.number(UInt32.self, "reason")), cursor.remaining == 4
            else { throw TacitError(.badData, "a gap that is none") }
            try advance(to: end)
            return FrameEvent.Gap(end: end, length: length, reason: reason)
        }
    }

    private func takeError() throws -> TacitError {
        try reader.take { _, payload in
            var cursor = ByteCursor(payload)
            let code = try cursor.number(UInt32.self, "kind of error")
            let length = Int(try cursor.number(UInt32.self, "length of the text"))
            guard length == cursor.remaining else { throw TacitError(.badData, "an error that is none") }
            return TacitError(code == 0 ? .badData : .inputOutput, String(decoding: payload[8...], as: UTF8.self))
        }
    }

    private func advance(to time: Int) throws {
        guard time >= self.time else { throw TacitError(.badData, "a time of \(time) behind one of \(self.time)") }
        self.time = time
        reader.passed(seconds: Double(time) / 1_000_000)
    }

    /// Times and numbers of frames: none so large that what is counted with them could overflow.
    private static func count(_ cursor: inout ByteCursor, _ what: String) throws -> Int {
        let value = try cursor.number(Int64.self, what)
        guard (0..<1 << 52).contains(value) else { throw TacitError(.badData, "\(what): \(value)") }
        return Int(value)
    }
}
