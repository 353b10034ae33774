import Glibc
import TacitDiagnostics
import TacitLabelling
import TacitLive
import TacitText

/// Writes a stream to a file as it goes by, so that it can go by again: what its source gives (``RecordedSound``,
/// ``RecordedFrames``), and what is told of it that is no function of that.
///
/// What can't be written in time is neither recorded nor labelled: it becomes a gap, or a frame dropped, of the stream
/// itself, and is told as such, so that a recording and the lines that were printed never disagree. There is always
/// room for what is told of the things that were recorded. Nothing is allocated once frames have their largest size.
package final class Recorder: StreamMoments {
    /// Told to people, once each time.
    package enum Note: Equatable, Sendable {
        /// Nothing more is recorded, nor heard or seen, until there is room again.
        case tooSlow
        /// It goes on.
        case caughtUp
        /// It is as long as it was to be.
        case full
    }

    let wish: RecordingWish
    let queue: RecordingQueue
    let stop: StopToken
    /// Whether the source can be waited with until there is room.
    let waits: Bool
    /// Bytes that are left for what will be told of what is recorded.
    let reserve: Int
    private let note: (Note) -> Void
    private var isBehind = false
    private var ending = RecordingFormat.Ending.over

    /// Bytes that may wait for the disk: half a minute of sound at 16 kHz, some thirty frames of a megabyte.
    private static let soundCapacity = 1 << 20
    private static let frameCapacity = 1 << 25
    private let capacity: Int
    /// The file that was made.
    private let made: FileIdentity?

    /// Makes the file.
    ///
    /// - Parameters:
    ///   - wish: where to, and how much.
    ///   - settings: of the stream.
    ///   - waits: whether the source can be read at any speed.
    ///   - stop: ends all waiting.
    ///   - writing: writes to the file, as write(2) does.
    ///   - note: called from the stream's thread.
    /// - Throws: `TacitError` (output) where the file is there already or can't be made.
    package init(
        _ wish: RecordingWish, _ settings: RecordedSettings, waits: Bool, stop: StopToken,
        writing: @escaping @Sendable (Int32, UnsafeRawPointer?, Int) -> Int = { Glibc.write($0, $1, $2) },
        note: @escaping (Note) -> Void
    ) throws {
        let payload = try settings.bytes()
        self.wish = wish
        self.waits = waits
        self.stop = stop
        self.note = note
        // A reading and an event of every label, twice: for what was recorded last, and for the end; and an error's
        // text.
        reserve = 2 * (64 + 96 * settings.thresholds.count) + 2 * RecordingFormat.mostText
        capacity = settings.isSound ? Self.soundCapacity : Self.frameCapacity
        queue = try RecordingQueue(
            path: wish.path, capacity: max(capacity, 4 * reserve, payload.count + 4096),
            writing: writing)
        made = FileIdentity(link: wish.path)
        withUnsafeTemporaryAllocation(byteCount: RecordingFormat.headerBytes, alignment: 8) { bytes in
            var writer = ChunkWriter(bytes)
            RecordingFormat.magic.withUnsafeBytes { writer.put($0) }
            writer.put(RecordingFormat.version)
            writer.put(UInt32(0))
            _ = queue.add(raw: UnsafeRawBufferPointer(bytes))
        }
        _ = queue.add(.settings, length: payload.count) { writer in payload.withUnsafeBytes { writer.put($0) } }
    }

    /// What is thrown for a file that is there already.
    package static func isThere(_ path: String) -> TacitError { RecordingQueue.cannotCreate(path, EEXIST) }

    /// Runs a stream, and ends the recording with it, however it ends.
    ///
    /// - Throws: what `body` throws; `TacitError` (output) where not everything could be written.
    package func run(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as TacitError where queue.error == nil {
            try? finish(.error, error.description)
            throw error
        } catch {
            try? finish(ending)
            throw error
        }
        try finish(ending)
    }

    /// Ends it before anything of the stream is recorded: the file that was made is removed again, and no other in its
    /// place.
    package func abandon() {
        // As long as it is open, no other file is taken for it.
        if let made, made == FileIdentity(link: wish.path) { _ = SystemPath.withBytes(wish.path) { unlink($0) } }
        try? queue.close(stop: stop)
    }

    private func finish(_ ending: RecordingFormat.Ending, _ text: String = "") throws {
        let text = Array(text.utf8.prefix(RecordingFormat.mostText))
        _ = queue.add(.end, length: 8 + text.count) { writer in
            writer.put(ending.rawValue)
            writer.put(UInt32(text.count))
            text.withUnsafeBytes { writer.put($0) }
        }
        try queue.close(stop: stop)
    }

    // MARK: What is told

    package func reading(end: Int, inferenceSeconds: Double) -> (wall: WallTime, inferenceSeconds: Double) {
        let wall = WallTime.now()
        _ = queue.add(.reading, length: 24) { writer in
            writer.put(Int64(end))
            writer.put(Int64(wall.milliseconds))
            writer.put(inferenceSeconds)
        }
        return (wall, inferenceSeconds)
    }

    package func event(_ event: DetectedEvent) -> LiveEvent {
        let told = LiveEvent(event)
        _ = queue.add(.event, length: 48) { writer in
            writer.put(told.id.begun)
            writer.put(UInt64(told.id.random))
            writer.put(told.id.number)
            writer.put(Int64(told.wall.milliseconds))
            writer.put(Int64(event.sample))
            writer.put(UInt32(event.label))
            writer.put(UInt32(event.state == .on ? 1 : 0))
        }
        return told
    }

    // MARK: Room

    /// Whether there is room for a chunk with so many bytes of payload and all that may be told of it. Waits for it
    /// where that is of use.
    ///
    /// - Throws: `TacitError` (output) when nothing can be written any more.
    func hasRoom(_ bytes: Int) throws -> Bool {
        var needed = bytes + RecordingFormat.chunkOverhead + reserve
        // Behind, it waits until there is room for more than the next moment, or it would be so again at once.
        if isBehind { needed += capacity / 4 }
        var hasRoom = queue.hasRoom(needed)
        if !hasRoom, waits { hasRoom = queue.waitForRoom(needed) { stop.isStopping } }
        if let error = queue.error { throw error }
        if hasRoom == isBehind {
            isBehind = !hasRoom
            note(isBehind ? .tooSlow : .caughtUp)
        }
        return hasRoom
    }

    /// Whether so many bytes more of payload would make the file larger than it may be.
    func isFull(with bytes: Int) -> Bool {
        queue.byteCount + bytes + RecordingFormat.chunkOverhead + reserve > wish.bytes
    }

    /// It is as long as it was to be: the stream ends.
    func end() {
        guard ending != .limit else { return }
        ending = .limit
        note(.full)
    }

    /// Makes sure that a chunk of so many bytes fits. One that is larger than any before may have to wait until the
    /// queue is empty; where the source can't be waited with, there is no room for it until then.
    func expect(chunkOf bytes: Int) {
        guard 4 * bytes > capacity else { return }
        let wanted = 2 * (bytes + reserve) + capacity
        guard queue.capacity < wanted else { return }
        if waits { _ = queue.waitUntilEmpty { stop.isStopping } }
        queue.grow(to: wanted)
    }
}
