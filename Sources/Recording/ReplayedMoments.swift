import TacitDiagnostics
import TacitLabelling
import TacitLive
import TacitModelFile
import TacitText

/// What was told beside what was heard or seen, as it was told when it was recorded.
package final class ReplayedMoments: StreamMoments {
    private let reader: RecordingReader
    private let stop: StopToken

    /// - Parameters:
    ///   - reader: from which the source reads as well.
    ///   - stop: after a wish to stop, events that are on end at that moment.
    package init(_ reader: RecordingReader, stop: StopToken) {
        self.reader = reader
        self.stop = stop
    }

    /// - Throws: `TacitError` (bad data) where the recording is cut off, damaged, or has something else here.
    package func reading(end: Int, inferenceSeconds: Double) throws -> (wall: WallTime, inferenceSeconds: Double) {
        guard try reader.peek() == .reading else {
            throw reader.unexpected("there is \(try reader.peek().map { "a \($0)" } ?? "the end")")
        }
        return try reader.take { _, payload in
            var cursor = ByteCursor(payload)
            let recorded = try cursor.number(Int64.self, "end")
            guard recorded == Int64(end) else { throw reader.unexpected("there is a reading that ends at \(recorded)") }
            let wall = try reader.takeTimeOfDay(&cursor)
            let seconds = try cursor.number(Double.self, "seconds of inference")
            guard (0...1e9).contains(seconds) else { throw TacitError(.badData, "\(seconds) seconds of inference") }
            return (wall, seconds)
        }
    }

    /// - Throws: `TacitError` (bad data) where the recording is cut off, damaged, or has something else here.
    package func event(_ event: DetectedEvent) throws -> LiveEvent {
        if stop.isStopping, (try? reader.peek()) != .event { return LiveEvent(event, wall: reader.clock.now) }
        guard try reader.peek() == .event else {
            throw reader.unexpected("there is \(try reader.peek().map { "a \($0)" } ?? "the end")")
        }
        return try reader.take { _, payload in
            var cursor = ByteCursor(payload)
            let begun = try cursor.number(UInt64.self, "id")
            let random = try cursor.number(UInt64.self, "id")
            let number = try cursor.number(UInt64.self, "id")
            let wall = try reader.takeTimeOfDay(&cursor)
            let end = try cursor.number(Int64.self, "end")
            let label = try cursor.number(UInt32.self, "label")
            let isOn = try cursor.number(UInt32.self, "state")
            guard label == UInt32(event.label), isOn == (event.state == .on ? 1 : 0), end == Int64(event.sample) else {
                throw reader.unexpected("there is an event of label \(label) at \(end)")
            }
            return LiveEvent(
                event, id: EventID(begun: begun, random: UInt32(truncatingIfNeeded: random), number: number), wall: wall
            )
        }
    }
}
