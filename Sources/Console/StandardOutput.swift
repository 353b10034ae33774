import Glibc
import Synchronization
import TacitDiagnostics

/// Standard output, written a whole line or screen at a time. One at a time may write: the main thread, or the one that
/// ends the program on a signal, so that no line is cut where that can be helped.
package final class StandardOutput: Sendable {
    package static let shared = StandardOutput()

    /// The reader is gone: nothing went wrong, there is just no one left to write for.
    package struct Closed: Error {
        /// - Parameter number: as in `errno` after writing; nil where it says something else.
        package init?(_ number: Int32) {
            // A connection tells the first time that its other end is gone, and the second that it is closed.
            guard number == EPIPE || number == ECONNRESET else { return nil }
        }
    }

    /// The output can't be written, as on a full disk. Not mistaken for trouble with an input.
    package struct Failed: Error {
        package let error: TacitError
    }

    private let lock = Mutex<Void>(())

    private init() {}

    /// - Throws: `Closed` or `Failed`.
    package func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try write($0) }
    }

    /// - Parameters:
    ///   - bytes: a whole line or screen.
    ///   - unlessStopped: whether a reader that takes nothing is given up half a second after a wish to stop.
    /// - Throws: `Closed` or `Failed`; `Process.Stopped` for a reader that is given up.
    package func write(_ bytes: UnsafeRawBufferPointer, unlessStopped: Bool = false) throws {
        try lock.withLock { _ in
            guard unlessStopped else { return try Self.write(bytes) }
            var rest = bytes[...]
            while !rest.isEmpty {
                try Self.waitForRoom()
                // A pipe that has room has room for so many, at once.
                let piece = rest.prefix(4096)
                try Self.write(UnsafeRawBufferPointer(rebasing: piece))
                rest = rest.dropFirst(piece.count)
            }
        }
    }

    /// Runs `body` once no line is being written, or after `milliseconds` even so: a reader that has stopped reading
    /// must not keep the program from ending.
    func afterLine(within milliseconds: Int, _ body: () -> Void) {
        for _ in 0..<milliseconds {
            if lock.withLockIfAvailable({ _ in body() }) != nil { return }
            usleep(1000)
        }
        body()
    }

    private static func waitForRoom() throws {
        var waited = 0
        while waited < 500 {
            var descriptor = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
            let found = poll(&descriptor, 1, 50)
            // What is wrong with it `write` tells.
            if found > 0 || found < 0 && errno != EINTR { return }
            if Process.stop.isStopping { waited += 50 }
        }
        throw Process.Stopped()
    }

    private static func write(_ bytes: UnsafeRawBufferPointer) throws {
        var written = 0
        while written < bytes.count {
            let count = Glibc.write(STDOUT_FILENO, bytes.baseAddress?.advanced(by: written), bytes.count - written)
            if count >= 0 {
                written += count
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                var descriptor = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
                poll(&descriptor, 1, -1)
            case let number:
                if let closed = Closed(number) { throw closed }
                throw Failed(error: .system(.cannotCreate, number, file: "standard output"))
            }
        }
    }
}
