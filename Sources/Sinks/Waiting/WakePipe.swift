import CTacitProgram
import Glibc
import TacitDiagnostics

/// Ends another thread's `poll` at once.
package final class WakePipe: Sendable {
    /// Readable once there was a `wake`.
    package let descriptor: Int32
    private let writing: Int32

    /// - Throws: `TacitError` (output) where the system has no pipe left, with `name` for what wanted it.
    package init(for name: String) throws {
        var ends: [Int32] = [-1, -1]
        guard tacit_make_pipe(&ends) == 0 else {
            throw TacitError(.cannotCreate, file: name, String(cString: strerror(errno)))
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
}
