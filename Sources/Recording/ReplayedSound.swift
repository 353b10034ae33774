import TacitDiagnostics
import TacitMedia
import TacitModelFile

/// Samples as they went by when they were recorded.
package final class ReplayedSound: SampleSource {
    package let sampleRate: Int
    private let reader: RecordingReader
    private var position = 0
    /// Of the chunk at hand, samples that are still to be given.
    private var samples = UnsafeMutableBufferPointer<Float>.allocate(capacity: 0)
    private var next = 0
    private var count = 0
    /// Gaps that stand for what could not be recorded in time, and their samples.
    package private(set) var missed = (gaps: 0, samples: 0)

    package init(_ reader: RecordingReader, sampleRate: Int) {
        self.reader = reader
        self.sampleRate = sampleRate
    }

    deinit { samples.deallocate() }

    /// - Throws: `TacitError` (bad data) where the recording is cut off, damaged, or says what can't be.
    package func read(into buffer: UnsafeMutableBufferPointer<Float>) throws -> SourceEvent {
        if next == count {
            switch try reader.peek() {
            case .sound: try take()
            case .soundGap: return .gap(try takeGap())
            case .event, .end, nil: return .end
            case let kind?: throw reader.unexpected("there is a \(kind)")
            }
        }
        let given = min(buffer.count, count - next)
        _ = buffer.update(fromContentsOf: samples[next..<next + given])
        next += given
        return .samples(given)
    }

    private func take() throws {
        try reader.take { _, payload in
            var cursor = ByteCursor(payload)
            try takePosition(&cursor)
            let count = Int(try cursor.number(UInt32.self, "count"))
            guard let encoding = RecordingFormat.SampleEncoding(rawValue: try cursor.number(UInt32.self, "encoding")),
                count > 0, cursor.remaining == count * encoding.bytes
            else { throw TacitError(.badData, "\(count) samples, of which there are other bytes") }
            if count > samples.count {
                samples.deallocate()
                samples = .allocate(capacity: count)
                samples.initialize(repeating: 0)
            }
            let start = cursor.offset
            switch encoding {
            case .int16:
                for index in 0..<count {
                    samples[index] =
                        Float(payload.loadUnaligned(fromByteOffset: start + 2 * index, as: Int16.self)) / 32_768
                }
            case .float32:
                for index in 0..<count {
                    samples[index] = payload.loadUnaligned(fromByteOffset: start + 4 * index, as: Float.self)
                }
            }
            (next, self.count) = (0, count)
            try advance(count)
        }
    }

    private func takeGap() throws -> SourceEvent.Gap {
        try reader.take { _, payload in
            var cursor = ByteCursor(payload)
            try takePosition(&cursor)
            let lost = try cursor.number(Int64.self, "samples lost")
            guard let reason = SourceEvent.Reason(code: try cursor.number(UInt32.self, "reason")), lost >= 0,
                cursor.remaining == 4
            else { throw TacitError(.badData, "a gap of \(lost) samples that is none") }
            try advance(Int(lost))
            if try cursor.number(UInt32.self, "whose") != 0 { missed = (missed.gaps + 1, missed.samples + Int(lost)) }
            return SourceEvent.Gap(samples: Int(lost), reason: reason)
        }
    }

    private func takePosition(_ cursor: inout ByteCursor) throws {
        let position = try cursor.number(Int64.self, "position")
        _ = try reader.takeTimeOfDay(&cursor)
        guard position == Int64(self.position) else {
            throw TacitError(.badData, "samples from \(position) on, expected \(self.position)")
        }
    }

    private func advance(_ samples: Int) throws {
        let (end, overflows) = position.addingReportingOverflow(samples)
        guard !overflows, end < 1 << 52 else { throw TacitError(.badData, "a stream longer than there has been time") }
        position = end
        reader.passed(seconds: Double(end) / Double(sampleRate))
    }
}
