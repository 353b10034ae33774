import Glibc
import TacitDiagnostics
import TacitText

/// Takes what programs write into one pipe, line by line on a thread of its own, so that they never wait for anyone to read
/// it. Nothing is allocated once it has begun.
package final class LinePipe: Sendable {
    /// How bytes become lines.
    package enum Shape: Sendable {
        /// What is longer is cut. A carriage return ends a line as well: progress is written over the line before.
        case cut(longest: Int)
        /// What is longer becomes several lines, and what has no end for so many seconds is one. Bytes stay as they are.
        case folded(longest: Int, pause: Double)
    }

    /// Where programs write.
    package let writing: Int32
    private let reading: Int32
    private let stop: StopToken?
    /// Whether the thread, which may outlive the pipe's owner, is at something.
    private let isGoingOn = Guarded(false)

    /// - Parameters:
    ///   - name: what wants it, for the error.
    ///   - kind: of the error.
    ///   - shape: how bytes become lines.
    ///   - outlives: whether the thread goes on until all programs have ended that have the pipe; else no longer than this.
    ///   - reader: takes the lines.
    /// - Throws: `TacitError` of this kind where the system has no pipe or no thread left.
    package init(
        for name: String, failing kind: TacitError.Kind, _ shape: Shape, outlives: Bool, to reader: any LineReader
    ) throws {
        let pipe = try PipeEnds(failing: kind, file: name)
        let stop = outlives ? nil : StopToken()
        (reading, writing, self.stop) = (pipe.reading, pipe.writing, stop)
        _ = fcntl(pipe.reading, F_SETFL, O_NONBLOCK)
        let isGoingOn = isGoingOn
        do {
            try DetachedThread.start(for: name, failing: kind) {
                Self.serve(pipe.reading, shape, stop, isGoingOn, reader)
                close(pipe.reading)
            }
        } catch {
            close(pipe.reading)
            throw error
        }
    }

    deinit {
        stop?.stop()
        close(writing)
    }

    /// Waits, for half a second at most, until all that has been written is taken in. Bytes that the thread doesn't know of yet
    /// are still in the pipe.
    package func settle() {
        let deadline = Stopwatch.now + 0.5
        isGoingOn.wait(every: 0.05) { isGoingOn in
            var descriptor = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
            let isSettled = !isGoingOn && poll(&descriptor, 1, 0) == 0
            return isSettled || Stopwatch.now >= deadline ? () : nil
        }
    }

    private static func serve(
        _ descriptor: Int32, _ shape: Shape, _ stop: StopToken?, _ isGoingOn: Guarded<Bool>, _ reader: any LineReader
    ) {
        let (longest, pause): (Int, Double?) =
            switch shape {
            case .cut(let longest): (longest, nil)
            case .folded(let longest, let pause): (longest, pause)
            }
        var line = ByteBuffer(capacity: longest + 1)
        func end() {
            reader.take(&line)
            line.removeAll()
        }
        func set(_ goesOn: Bool) {
            isGoingOn.locked { $0 = goesOn }
            isGoingOn.signal()
        }
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
            while stop?.isStopping != true {
                var descriptors = (
                    pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
                    pollfd(fd: stop?.descriptor ?? -1, events: Int16(POLLIN), revents: 0)
                )
                let patience = line.isEmpty ? nil : pause
                let milliseconds = patience.map { Int32($0 * 1000) } ?? (reader.isDue ? 1000 : -1)
                let found = withUnsafeMutablePointer(to: &descriptors) { pair in
                    pair.withMemoryRebound(to: pollfd.self, capacity: 2) { poll($0, 2, milliseconds) }
                }
                set(true)
                // A line that will end by itself is waited for.
                defer { set(pause != nil && !line.isEmpty) }
                reader.rest()
                guard found != 0 else {
                    if patience != nil { end() }
                    continue
                }
                let count = read(descriptor, buffer.baseAddress, buffer.count)
                if count == 0 || count < 0 && errno != EAGAIN && errno != EINTR { break }
                for byte in buffer[..<max(0, count)] {
                    if byte == UInt8(ascii: "\n") || pause == nil && byte == UInt8(ascii: "\r") {
                        end()
                    } else if line.bytes.count < longest {
                        line.append(byte)
                        if pause != nil, line.bytes.count == longest { end() }
                    }
                }
            }
            if stop?.isStopping != true, !line.isEmpty { end() }
            reader.finish()
        }
    }
}
