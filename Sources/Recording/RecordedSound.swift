import TacitLive
import TacitMedia
import TacitText

/// Sound on its way from a source to a labeller, recorded as it goes by.
package final class RecordedSound: SampleSource {
    private let source: any SampleSource
    private let recorder: Recorder
    /// Samples since the start of the stream, lost ones included.
    private var position = 0
    private let limit: Int
    /// Samples that there was no room for.
    private var missed = 0
    private var isOver = false

    package var sampleRate: Int { source.sampleRate }
    package var damage: SoundDamage { source.damage }

    /// - Parameters:
    ///   - source: of the samples.
    ///   - recorder: of the stream that they go to.
    package init(_ source: any SampleSource, _ recorder: Recorder) {
        self.source = source
        self.recorder = recorder
        limit = recorder.wish.seconds.map { Int(min($0 * Double(source.sampleRate), 9e15).rounded()) } ?? .max
    }

    /// - Throws: what the source throws; `TacitError` (output) when nothing can be recorded any more.
    package func read(into buffer: UnsafeMutableBufferPointer<Float>) throws -> SourceEvent {
        while true {
            let most = min(buffer.count, limit - position)
            let payload = 24 + 4 * buffer.count
            let isFull = recorder.isFull(with: payload)
            if isOver || most <= 0 || isFull {
                if !isOver { recorder.end() }
                isOver = true
                return missed > 0 ? recordMissed() : .end
            }
            recorder.expect(chunkOf: payload)
            let hasRoom = try recorder.hasRoom(payload)
            if hasRoom, missed > 0 { return recordMissed() }
            switch try source.read(into: UnsafeMutableBufferPointer(rebasing: buffer[..<most])) {
            case .samples(let count) where hasRoom:
                record(UnsafeBufferPointer(rebasing: buffer[..<count]))
                return .samples(count)
            case .samples(let count): missed += count
            case .gap(let gap) where hasRoom: return record(gap, isOwn: false)
            case .gap(let gap): missed += gap.samples
            case .end: isOver = true
            }
        }
    }

    /// What there was no room for, as the gap that it is; for this there always is.
    private func recordMissed() -> SourceEvent {
        defer { missed = 0 }
        return record(SourceEvent.Gap(samples: missed, reason: .overrun), isOwn: true)
    }

    private func record(_ samples: UnsafeBufferPointer<Float>) {
        guard !samples.isEmpty else { return }
        let encoding: RecordingFormat.SampleEncoding = samples.allSatisfy { Self.int16($0) != nil } ? .int16 : .float32
        _ = recorder.queue.add(.sound, length: 24 + encoding.bytes * samples.count) { writer in
            writer.put(Int64(position))
            writer.put(Int64(WallTime.now().milliseconds))
            writer.put(UInt32(samples.count))
            writer.put(encoding.rawValue)
            switch encoding {
            case .int16: for sample in samples { writer.put(Self.int16(sample) ?? 0) }
            case .float32: writer.put(UnsafeRawBufferPointer(samples))
            }
        }
        position += samples.count
    }

    private func record(_ gap: SourceEvent.Gap, isOwn: Bool) -> SourceEvent {
        _ = recorder.queue.add(.soundGap, length: 32) { writer in
            writer.put(Int64(position))
            writer.put(Int64(WallTime.now().milliseconds))
            writer.put(Int64(gap.samples))
            writer.put(gap.reason.code)
            writer.put(UInt32(isOwn ? 1 : 0))
        }
        position += gap.samples
        return .gap(gap)
    }

    /// The 16-bit sample that this very number was made of, if it was made of one. Not of -0.
    private static func int16(_ sample: Float) -> Int16? {
        let scaled = sample * 32_768
        guard let whole = Int16(exactly: scaled), (Float(whole) / 32_768).bitPattern == sample.bitPattern else {
            return nil
        }
        return whole
    }
}

extension SourceEvent.Reason {
    private static let codes: [SourceEvent.Reason] = [.overrun, .suspend, .lost, .command]

    /// As a recording has it.
    var code: UInt32 {
        switch self {
        case .overrun: 0
        case .suspend: 1
        case .lost: 2
        case .command: 3
        }
    }

    init?(code: UInt32) {
        guard let found = Self.codes.first(where: { $0.code == code }) else { return nil }
        self = found
    }
}
