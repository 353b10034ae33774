import CTacitProgram
import Glibc
import Synchronization
import TacitDiagnostics
import TacitText

/// Takes what a command writes to its standard error, for as long as it is started again, so that it never waits for
/// anyone to read it. A few lines at once are passed on, then one every half minute; the others are counted, and their
/// number told with the next one. Nothing is allocated once it has begun.
package final class CommandErrors: Sendable {
    /// Lines at once, and seconds until there may be another one: a third of what the log takes, so that there is room
    /// for what is said of the command.
    private static let burst = 3.0
    private static let secondsPerLine = 30.0
    /// Bytes of a line that are kept.
    private static let longest = 240

    private struct State {
        var last = ByteBuffer(capacity: 256)
        var leftOut = 0
    }

    /// Where the command writes.
    let writing: Int32
    private let reading: Int32
    private let stop = StopToken()
    private let kept = Kept()

    /// The thread's as well, which may outlive this for a moment.
    private final class Kept: Sendable {
        let state = Mutex(State())
        /// Set before bytes are read, cleared when they are taken in.
        let isBusy = Atomic<Bool>(false)
    }

    /// Waits, for a moment at most, until all that has been written is taken in.
    private func settle() {
        for _ in 0..<500 {
            var descriptor = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
            if poll(&descriptor, 1, 0) == 0, !kept.isBusy.load(ordering: .sequentiallyConsistent) { return }
            usleep(1000)
        }
    }

    /// - Parameters:
    ///   - name: the command's, in front of each line.
    ///   - tell: gets a line that is passed on, on a thread of its own.
    /// - Throws: `TacitError` (I/O error) where the system has no pipe or no thread left.
    package init(name: String, tell: @escaping @Sendable (ArraySlice<UInt8>) -> Void) throws {
        var ends: [Int32] = [-1, -1]
        guard tacit_make_pipe(&ends) == 0 else {
            throw TacitError.system(.inputOutput, file: name)
        }
        (reading, writing) = (ends[0], ends[1])
        _ = fcntl(reading, F_SETFL, O_NONBLOCK)
        let (reading, stop, kept) = (reading, stop, kept)
        do {
            try DetachedThread.start(for: name, failing: .inputOutput) {
                Self.serve(reading, stop, name, tell, kept)
                close(reading)
            }
        } catch {
            close(reading)
            throw error
        }
    }

    deinit {
        stop.stop()
        close(writing)
    }

    /// The last line, for the reason why there is nothing else; nil without one.
    package var lastLine: String? {
        settle()
        return kept.state.withLock { state in
            let text = String(decoding: state.last.bytes, as: UTF8.self)
            return text.isEmpty ? nil : DeviceText.printable(text)
        }
    }

    /// Lines that were not passed on and not yet told of. They count as told then.
    package func takeLeftOut() -> Int {
        settle()
        return kept.state.withLock { state in
            defer { state.leftOut = 0 }
            return state.leftOut
        }
    }

    private static func serve(
        _ descriptor: Int32, _ stop: StopToken, _ name: String, _ tell: (ArraySlice<UInt8>) -> Void, _ kept: Kept
    ) {
        var line = ByteBuffer(capacity: 256)
        var told = ByteBuffer(capacity: 512)
        var credit = burst
        var refilled = Stopwatch.now
        func end() {
            defer { line.removeAll() }
            guard !line.isEmpty else { return }
            let now = Stopwatch.now
            credit = min(burst, credit + (now - refilled) / secondsPerLine)
            refilled = now
            let isTold = credit >= 1
            kept.state.withLock { state in
                state.last.removeAll()
                state.last.append(line.bytes[...])
                guard isTold else {
                    state.leftOut += 1
                    return
                }
                told.removeAll()
                told.append(string: name)
                told.append(": ")
                told.append(line.bytes[...])
                guard state.leftOut > 0 else { return }
                told.append(" (")
                told.append(integer: state.leftOut)
                told.append(" lines of it were left out)")
                state.leftOut = 0
            }
            guard isTold else { return }
            credit -= 1
            tell(told.bytes[...])
        }
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
            while !stop.isStopping {
                var descriptors = (
                    pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
                    pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0)
                )
                withUnsafeMutablePointer(to: &descriptors) { pair in
                    _ = pair.withMemoryRebound(to: pollfd.self, capacity: 2) { poll($0, 2, -1) }
                }
                kept.isBusy.store(true, ordering: .sequentiallyConsistent)
                defer { kept.isBusy.store(false, ordering: .sequentiallyConsistent) }
                let count = read(descriptor, buffer.baseAddress, buffer.count)
                if count == 0 || count < 0 && errno != EAGAIN && errno != EINTR { return end() }
                for byte in buffer[..<max(0, count)] {
                    // Progress is written over the line before.
                    if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                        end()
                    } else if line.bytes.count < longest {
                        line.append(byte < 0x20 || byte == 0x7f ? UInt8(ascii: "?") : byte)
                    }
                }
            }
        }
    }
}
