import CTacitProgram
import Glibc
import Synchronization

/// A wish to stop: looked at between two steps, and readable as a descriptor for waits that are to be called off.
package final class StopToken: Sendable {
    private let isRequested = Atomic<Bool>(false)
    /// Readable once `stop` was called; never read from. -1 where the system had no pipe left: then waits go on, and
    /// the wish is seen by whoever looks between two steps.
    package let descriptor: Int32
    private let writing: Int32

    package init() {
        var ends: [Int32] = [-1, -1]
        // Unlike a thread's wake-up it can be done without, so that nothing that may be stopped can fail for it.
        if tacit_make_pipe(&ends) != 0 { ends = [-1, -1] }
        descriptor = ends[0]
        writing = ends[1]
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        close(writing)
    }

    package var isStopping: Bool { isRequested.load(ordering: .acquiring) }

    /// Waits for so long, or until there is the wish.
    package func wait(seconds: Double) {
        var wish = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        poll(&wish, 1, Int32(min(max(seconds, 0), 86_400) * 1000))
    }

    /// From any thread, any number of times.
    package func stop() {
        guard !isRequested.exchange(true, ordering: .acquiringAndReleasing) else { return }
        var byte: UInt8 = 0
        _ = write(writing, &byte, 1)
    }
}
