import Glibc

/// Wakes a reader that waits for it, or for a wish to stop. Neither side ever waits for the other.
final class WakePipe: Sendable {
    private let reading: Int32
    private let writing: Int32

    init() {
        var ends: (Int32, Int32) = (-1, -1)
        withUnsafeMutableBytes(of: &ends) { bytes in
            _ = pipe(bytes.baseAddress!.assumingMemoryBound(to: Int32.self))
        }
        for end in [ends.0, ends.1] {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (reading, writing) = ends
    }

    deinit {
        close(reading)
        close(writing)
    }

    func wake() {
        var byte: UInt8 = 0
        // When the pipe is full, the reader has been woken often enough.
        _ = write(writing, &byte, 1)
    }

    /// Waits to be woken, for so long at most.
    ///
    /// - Parameters:
    ///   - milliseconds: how long to wait at most.
    ///   - stopDescriptor: polled too, unless negative.
    /// - Returns: whether the stop descriptor is readable or closed.
    func wait(milliseconds: Int32, stopDescriptor: Int32) -> Bool {
        var descriptors = (
            pollfd(fd: reading, events: Int16(POLLIN), revents: 0),
            pollfd(fd: stopDescriptor, events: Int16(POLLIN), revents: 0)
        )
        let count = withUnsafeMutablePointer(to: &descriptors) { pair in
            pair.withMemoryRebound(to: pollfd.self, capacity: 2) { poll($0, 2, milliseconds) }
        }
        guard count > 0 else { return false }
        if descriptors.0.revents != 0 {
            withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { bytes in
                _ = read(reading, bytes.baseAddress, bytes.count)
            }
        }
        return descriptors.1.revents != 0
    }
}
