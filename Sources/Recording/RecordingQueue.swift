import Glibc
import TacitDiagnostics

/// A bounded queue of chunks before a recording's file, with a thread of its own that writes.
///
/// Two buffers: one is filled while the other is written. Whoever adds never waits for the disk, unless it asks to.
/// What can never be written any more is remembered; the file is then cut behind its last whole chunk.
final class RecordingQueue: Sendable {
    private let path: String
    private let descriptor: Int32
    private let writing: Writing
    private let shared: Guarded<State>

    private struct State {
        var buffers: SwappedBuffers
        var isClosing = false
        var hasEnded = false
        var failure: TacitError?
        /// Bytes added since the start.
        var total = 0

        mutating func take(_ bytes: Int) -> UnsafeMutableRawBufferPointer? {
            guard failure == nil, let room = buffers.take(bytes) else { return nil }
            total += bytes
            return room
        }
    }

    /// What writes: write(2), or what stands in for it in tests.
    typealias Writing = @Sendable (Int32, UnsafeRawPointer?, Int) -> Int

    /// - Parameters:
    ///   - path: a file that must not be there yet.
    ///   - capacity: bytes that can wait.
    ///   - writing: what writes.
    /// - Throws: `TacitError` (output) where it is there already or can't be made.
    init(path: String, capacity: Int, writing: @escaping Writing) throws {
        self.path = path
        self.writing = writing
        descriptor = SystemPath.withBytes(path) { open($0, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o644) }
        guard descriptor >= 0 else { throw Self.cannotCreate(path, errno) }
        shared = Guarded(State(buffers: SwappedBuffers(capacity: capacity)))
        do {
            try DetachedThread.start(for: path, failing: .cannotCreate) { self.serve() }
        } catch {
            // The thread would have closed it.
            Glibc.close(descriptor)
            throw error
        }
    }

    deinit { shared.locked { $0.buffers.deallocate() } }

    /// Why a file that was to be made can't be.
    static func cannotCreate(_ path: String, _ number: Int32) -> TacitError {
        TacitError(
            .cannotCreate, file: path,
            number == EEXIST
                ? "is there already: a recording is never written over anything" : TacitError.systemWords(number))
    }

    /// What keeps it from being written, if anything does.
    var error: TacitError? { shared.locked { $0.failure } }

    /// Bytes of the file, those counted that are on their way.
    var byteCount: Int { shared.locked { $0.total } }

    /// Bytes that can wait.
    var capacity: Int { shared.locked { $0.buffers.capacity } }

    /// Whether so many bytes would find room now.
    func hasRoom(_ bytes: Int) -> Bool { shared.locked { $0.buffers.count + bytes <= $0.buffers.capacity } }

    /// Waits until so many bytes find room; false when nothing is written any more, or `isOver` says so.
    func waitForRoom(_ bytes: Int, unless isOver: () -> Bool) -> Bool {
        wait(until: { $0.count + bytes <= $0.capacity }, unless: isOver)
    }

    /// Waits until all is written; false when nothing is any more, or `isOver` says so.
    func waitUntilEmpty(unless isOver: () -> Bool) -> Bool {
        wait(until: { $0.isEmpty }, unless: isOver)
    }

    private func wait(until isReached: (SwappedBuffers) -> Bool, unless isOver: () -> Bool) -> Bool {
        shared.wait(every: 0.05) { state in
            if state.failure != nil { return false }
            if isReached(state.buffers) { return true }
            return isOver() ? false : nil
        }
    }

    /// Makes it larger, for what could not be known at the start, if nothing waits in it now.
    func grow(to capacity: Int) { shared.locked { $0.buffers.grow(to: capacity) } }

    /// Adds bytes as they are. False without room for them, or when nothing is written any more.
    func add(raw bytes: UnsafeRawBufferPointer) -> Bool {
        shared.locked { state in
            guard let room = state.take(bytes.count) else { return false }
            room.copyMemory(from: bytes)
            shared.signal()
            return true
        }
    }

    /// Adds a chunk. False without room for it, or when nothing is written any more.
    ///
    /// - Parameters:
    ///   - kind: of chunk.
    ///   - length: of its payload, in bytes.
    ///   - fill: writes exactly as many.
    func add(_ kind: RecordingFormat.Kind, length: Int, _ fill: (inout ChunkWriter) -> Void) -> Bool {
        shared.locked { state in
            guard let room = state.take(length + RecordingFormat.chunkOverhead) else { return false }
            var writer = ChunkWriter(room)
            writer.put(kind.rawValue)
            writer.put(UInt32(length))
            fill(&writer)
            precondition(writer.count == length + 8, "a chunk of another length than was said")
            writer.put(RecordingFormat.checksum(UnsafeRawBufferPointer(rebasing: room[..<(length + 8)])))
            shared.signal()
            return true
        }
    }

    /// Waits until all is written and closes the file. Once there is a wish to stop, for no more than two seconds in
    /// which nothing gets any further.
    ///
    /// - Throws: `TacitError` (output) where not everything could be written.
    func close(stop: StopToken) throws {
        shared.locked { $0.isClosing = true }
        shared.signal()
        var patience = 2.0
        var before: Double?
        try shared.wait(every: 0.05) { state -> Void? in
            if state.hasEnded {
                if let failure = state.failure { throw failure }
                return ()
            }
            let now = Stopwatch.now
            if let before, stop.isStopping { patience -= now - before }
            before = now
            if patience <= 0 {
                throw TacitError(.cannotCreate, file: path, "can't be written fast enough: its end is missing")
            }
            return nil
        }
    }

    private func serve() {
        /// Bytes of whole chunks in the file.
        var whole: off_t = 0
        while true {
            let bytes = shared.wait { $0.buffers.count > 0 || $0.isClosing ? $0.buffers.swap() : nil }
            guard bytes.count > 0 else { break }
            if let number = write(bytes, whole) {
                shared.locked { $0.failure = Self.cannotCreate(path, number) }
                break
            }
            whole += off_t(bytes.count)
            shared.locked { $0.buffers.isWritten() }
            shared.signal()
        }
        if isRemoved {
            shared.locked { state in
                state.failure =
                    state.failure
                    ?? TacitError(.cannotCreate, file: path, "was removed while it was written: nothing is left of it")
            }
        }
        if Glibc.close(descriptor) != 0 {
            let number = errno
            shared.locked { $0.failure = $0.failure ?? Self.cannotCreate(path, number) }
        }
        shared.locked { state in
            state.buffers.isWritten()
            state.hasEnded = true
        }
        shared.signal()
    }

    /// Whether the file has no name any more, and goes with its descriptor.
    private var isRemoved: Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_nlink == 0
    }

    /// Writes whole chunks, which begin at `start` in the file.
    ///
    /// - Returns: why not all could be written; what is left of a chunk is taken away again.
    private func write(_ bytes: UnsafeRawBufferPointer, _ start: off_t) -> Int32? {
        var done = 0
        while done < bytes.count {
            let count = writing(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
            if count >= 0 {
                done += count
                continue
            }
            let number = errno
            guard number != EINTR else { continue }
            _ = ftruncate(descriptor, start + off_t(Self.wholeChunks(bytes, in: done, isFirst: start == 0)))
            return number
        }
        return nil
    }

    /// How many of the first `count` bytes are whole chunks.
    private static func wholeChunks(_ bytes: UnsafeRawBufferPointer, in count: Int, isFirst: Bool) -> Int {
        var place = isFirst ? RecordingFormat.headerBytes : 0
        guard place <= count else { return 0 }
        while place + 8 <= count {
            let length = Int(bytes.loadUnaligned(fromByteOffset: place + 4, as: UInt32.self))
            let next = place + length + RecordingFormat.chunkOverhead
            guard next <= count else { break }
            place = next
        }
        return place
    }
}
