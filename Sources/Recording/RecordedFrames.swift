import TacitDiagnostics
import TacitLive
import TacitMedia
import TacitText

/// Frames on their way from a source to a labeller, recorded as they go by.
package final class RecordedFrames: FrameSource {
    private let source: any FrameSource
    private let recorder: Recorder
    private let limit: Int
    /// Frames that there was no room for, since the start.
    private var missed = 0
    /// A gap that there was no room for.
    private var owed: FrameEvent.Gap?
    private var isOver = false

    package var frame: FrameBuffer { source.frame }
    package var framePath: String? { source.framePath }

    /// - Parameters:
    ///   - source: of the frames.
    ///   - recorder: of the stream that they go to.
    package init(_ source: any FrameSource, _ recorder: Recorder) {
        self.source = source
        self.recorder = recorder
        limit = recorder.wish.seconds.map { Int(min($0 * 1_000_000, 9e15).rounded()) } ?? .max
    }

    /// - Throws: what the source throws; `TacitError` (output) when nothing can be recorded any more.
    package func read(notBefore time: Int) throws -> FrameEvent {
        while !isOver {
            if let gap = owed, try recorder.hasRoom(64) {
                owed = nil
                return record(gap)
            }
            switch try source.read(notBefore: time) {
            case .frame(var stamp):
                let payload = 64 + frame.byteCount
                guard stamp.time < limit, !recorder.isFull(with: payload) else {
                    recorder.end()
                    isOver = true
                    continue
                }
                recorder.expect(chunkOf: payload)
                guard owed == nil, try recorder.hasRoom(payload) else {
                    missed += 1
                    continue
                }
                stamp.dropped += missed
                record(stamp)
                return .frame(stamp)
            case .gap(let gap):
                owed = FrameEvent.Gap(end: gap.end, length: gap.length + (owed?.length ?? 0), reason: gap.reason)
            case .broken(let error):
                let text = Array(error.description.utf8.prefix(RecordingFormat.mostText))
                guard try recorder.hasRoom(8 + text.count) else {
                    missed += 1
                    continue
                }
                record(error, text)
                return .broken(error)
            case .passed(let time): return .passed(time: time)
            case .end: isOver = true
            }
        }
        return .end
    }

    private func record(_ stamp: FrameEvent.Stamp) {
        _ = recorder.queue.add(.frame, length: 56 + frame.byteCount) { writer in
            writer.put(Int64(stamp.index))
            writer.put(Int64(stamp.time))
            writer.put(Int64(stamp.dropped))
            writer.put(Int64(missed))
            writer.put(Int64(WallTime.now().milliseconds))
            writer.put(UInt32(frame.width))
            writer.put(UInt32(frame.height))
            writer.put(UInt32(frame.channels))
            writer.put(UInt32(0))
            writer.put(UnsafeRawBufferPointer(start: frame.pixels, count: frame.byteCount))
        }
    }

    private func record(_ gap: FrameEvent.Gap) -> FrameEvent {
        _ = recorder.queue.add(.frameGap, length: 32) { writer in
            writer.put(Int64(gap.end))
            writer.put(Int64(gap.length))
            writer.put(Int64(WallTime.now().milliseconds))
            writer.put(gap.reason.code)
            writer.put(UInt32(0))
        }
        return .gap(gap)
    }

    private func record(_ error: TacitError, _ text: [UInt8]) {
        _ = recorder.queue.add(.brokenFrame, length: 8 + text.count) { writer in
            writer.put(error.kind == .badData ? 0 : 1 as UInt32)
            writer.put(UInt32(text.count))
            text.withUnsafeBytes { writer.put($0) }
        }
    }
}

extension FrameEvent.Reason {
    private static let codes: [FrameEvent.Reason] = [.lost, .stalled, .command]

    /// As a recording has it.
    var code: UInt32 {
        switch self {
        case .lost: 0
        case .stalled: 1
        case .command: 2
        }
    }

    init?(code: UInt32) {
        guard let found = Self.codes.first(where: { $0.code == code }) else { return nil }
        self = found
    }
}
