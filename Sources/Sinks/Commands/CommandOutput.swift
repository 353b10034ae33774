import CTacitProgram
import Glibc
import Synchronization
import TacitDiagnostics
import TacitText

/// Takes what commands print, all into one pipe, and passes so many bytes on for each of them; the lines beyond are
/// counted. What a command left running may hold the pipe for as long as it likes, and never waits for it to be read.
final class CommandOutput: Sendable {
    /// Bytes that each command may have passed on, and those that may be saved up by commands that print less: more
    /// than the pipe holds, so that nothing of these is left out because it is read late.
    private static let share = 4096
    private static let most = 32 * share
    /// Bytes of a line; a longer one becomes several.
    private static let longest = 2048
    /// Seconds after which a line without an end is one.
    private static let pause = 0.1
    /// Seconds between two times that it is said how many lines were left out.
    private static let telling = 60.0

    private struct State {
        var credit = 0
        var leftOut = 0
    }

    /// Of the thread as well, which may outlive this.
    private final class Kept: Sendable {
        let state = Mutex(State())
        /// Set before bytes are read, cleared when all of them are passed on or counted.
        let isBusy = Atomic<Bool>(false)
    }

    /// Where commands print.
    let writing: Int32
    private let reading: Int32
    private let tellLeftOut: @Sendable (Int) -> Void
    private let kept = Kept()

    /// - Parameters:
    ///   - name: for the error.
    ///   - tell: gets a line that is passed on, its end included, on a thread of its own.
    ///   - tellLeftOut: gets how many lines were left out since it was called last, on that thread once a minute at most,
    ///     and from `finish`.
    /// - Throws: `TacitError` (output) where the system has no pipe or no thread left.
    init(
        name: String, tell: @escaping @Sendable (ArraySlice<UInt8>) -> Void,
        tellLeftOut: @escaping @Sendable (Int) -> Void
    ) throws {
        self.tellLeftOut = tellLeftOut
        var ends: [Int32] = [-1, -1]
        guard tacit_make_pipe(&ends) == 0 else { throw TacitError.system(.cannotCreate, file: name) }
        (reading, writing) = (ends[0], ends[1])
        _ = fcntl(reading, F_SETFL, O_NONBLOCK)
        let (reading, kept) = (reading, kept)
        do {
            try DetachedThread.start(for: name, failing: .cannotCreate) {
                Self.serve(reading, tell, tellLeftOut, kept)
                close(reading)
            }
        } catch {
            close(reading)
            throw error
        }
    }

    /// The thread goes on until all that commands have left running has ended as well.
    deinit { close(writing) }

    /// Another command begins.
    func begin() { kept.state.withLock { $0.credit = min(Self.most, $0.credit + Self.share) } }

    /// Waits, for a moment at most, until all that has been printed is taken in, and tells what was left out of it.
    func finish() {
        for _ in 0..<500 {
            var descriptor = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
            if poll(&descriptor, 1, 0) == 0, !kept.isBusy.load(ordering: .sequentiallyConsistent) { break }
            usleep(1000)
        }
        Self.tell(kept, tellLeftOut)
    }

    private static func tell(_ kept: Kept, _ tellLeftOut: (Int) -> Void) {
        let count = kept.state.withLock { state in
            defer { state.leftOut = 0 }
            return state.leftOut
        }
        if count > 0 { tellLeftOut(count) }
    }

    private static func serve(
        _ descriptor: Int32, _ tell: (ArraySlice<UInt8>) -> Void, _ tellLeftOut: (Int) -> Void, _ kept: Kept
    ) {
        var line = ByteBuffer(capacity: longest + 1)
        // When it is to be said that lines were left out, seconds; nil while none are.
        var due: Double?
        func end() {
            defer { line.removeAll() }
            line.append(UInt8(ascii: "\n"))
            let isTold = kept.state.withLock { state in
                guard state.credit >= line.bytes.count else {
                    // Once something is left out, so is what comes behind it: no line stands in another's place.
                    state.credit = 0
                    state.leftOut += 1
                    return false
                }
                state.credit -= line.bytes.count
                return true
            }
            if isTold { tell(line.bytes[...]) } else { due = due ?? Stopwatch.now + telling }
        }
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
            while true {
                var news = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                let isThere = poll(&news, 1, line.isEmpty ? due == nil ? -1 : 1000 : Int32(pause * 1000)) != 0
                kept.isBusy.store(true, ordering: .sequentiallyConsistent)
                defer { kept.isBusy.store(!line.isEmpty, ordering: .sequentiallyConsistent) }
                if let moment = due, Stopwatch.now >= moment {
                    due = nil
                    Self.tell(kept, tellLeftOut)
                }
                guard isThere else {
                    if !line.isEmpty { end() }
                    continue
                }
                let count = read(descriptor, buffer.baseAddress, buffer.count)
                if count == 0 || count < 0 && errno != EAGAIN && errno != EINTR { break }
                for byte in buffer[..<max(0, count)] {
                    if byte == UInt8(ascii: "\n") {
                        end()
                    } else {
                        line.append(byte)
                        if line.bytes.count == longest { end() }
                    }
                }
            }
            if !line.isEmpty { end() }
            Self.tell(kept, tellLeftOut)
        }
    }
}
