import CTacitProgram
import Glibc

/// Ends another thread's `poll` at once. Neither side ever waits for the other.
package final class WakePipe: Sendable {
    /// Readable once there was a `wake`.
    package let descriptor: Int32
    private let writing: Int32

    /// - Parameters:
    ///   - name: of what wants it, for the error.
    ///   - kind: of the error.
    /// - Throws: `TacitError` where the system has no pipe left.
    package init(for name: String, failure kind: TacitError.Kind) throws {
        var ends: [Int32] = [-1, -1]
        guard tacit_make_pipe(&ends) == 0 else {
            throw TacitError.system(kind, file: name, what: "no pipe to wake a thread by")
        }
        for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        descriptor = ends[0]
        writing = ends[1]
    }

    deinit {
        close(descriptor)
        close(writing)
    }

    /// From any thread. Never waits: a pipe that is full is readable.
    package func wake() {
        var byte: UInt8 = 0
        _ = write(writing, &byte, 1)
    }

    /// Takes note of all that woke until now.
    package func clear() {
        withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { buffer in
            while read(descriptor, buffer.baseAddress, buffer.count) > 0 {}
        }
    }

    /// Waits to be woken, and takes note of it.
    ///
    /// - Parameters:
    ///   - milliseconds: how long to wait at most.
    ///   - stopDescriptor: polled too, unless negative.
    /// - Returns: whether the stop descriptor is readable or closed.
    package func wait(milliseconds: Int32, stopDescriptor: Int32) -> Bool {
        var descriptors = (
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: stopDescriptor, events: Int16(POLLIN), revents: 0)
        )
        let count = withUnsafeMutablePointer(to: &descriptors) { pair in
            pair.withMemoryRebound(to: pollfd.self, capacity: 2) { poll($0, 2, milliseconds) }
        }
        guard count > 0 else { return false }
        if descriptors.0.revents != 0 { clear() }
        return descriptors.1.revents != 0
    }
}
