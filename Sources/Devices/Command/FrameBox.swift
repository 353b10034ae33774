import Glibc
import Synchronization
import TacitMedia

/// The newest frame, undecoded, on its way from the thread that gets them to the one that looks at them: neither waits for
/// the other. A frame that a newer one takes the place of is counted. Memory is taken when a frame is longer than all before.
final class FrameBox: Sendable {
    /// A frame's bytes and its place in the stream.
    struct Held: @unchecked Sendable {
        fileprivate(set) var bytes: UnsafeMutableRawPointer
        private var capacity: Int
        var count = 0
        var index = 0
        /// Microseconds since the first frame.
        var time = 0

        init(capacity: Int) {
            self.capacity = capacity
            bytes = .allocate(byteCount: capacity, alignment: 16)
        }

        mutating func reserve(_ count: Int) {
            guard count > capacity else { return }
            bytes.deallocate()
            while capacity < count { capacity *= 2 }
            bytes = .allocate(byteCount: capacity, alignment: 16)
        }
    }

    enum Taken {
        case nothing
        case gap(FrameEvent.Gap)
        /// It was swapped in; so many have been dropped since the start.
        case frame(dropped: Int)
    }

    private struct State: Sendable {
        var held: Held
        var isFresh = false
        var dropped = 0
        var gap: FrameEvent.Gap?
        /// Frames from before this are not missed.
        var wantedFrom = 0
    }

    private let state: Mutex<State>
    private let wakeReading: Int32
    private let wakeWriting: Int32

    init(capacity: Int) {
        state = Mutex(State(held: Held(capacity: capacity)))
        var ends: [Int32] = [-1, -1]
        _ = pipe(&ends)
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (wakeReading, wakeWriting) = (ends[0], ends[1])
    }

    deinit {
        state.withLock { $0.held.bytes.deallocate() }
        close(wakeReading)
        close(wakeWriting)
    }

    /// Puts a frame there, in exchange for memory for the next one; `gap` lies in front of it.
    func put(_ frame: inout Held, gap: FrameEvent.Gap?) {
        state.withLock { state in
            if state.isFresh, state.held.time >= state.wantedFrom { state.dropped += 1 }
            swap(&state.held, &frame)
            state.isFresh = true
            guard var gap else { return }
            if let before = state.gap { gap.length += before.length }
            state.gap = gap
        }
        var byte: UInt8 = 0
        // When the pipe is full, the reader has been woken often enough.
        _ = write(wakeWriting, &byte, 1)
    }

    /// What is there, gaps first.
    func take(_ frame: inout Held, wantedFrom time: Int) -> Taken {
        state.withLock { state in
            state.wantedFrom = time
            if let gap = state.gap {
                state.gap = nil
                return .gap(gap)
            }
            guard state.isFresh else { return .nothing }
            state.isFresh = false
            swap(&state.held, &frame)
            return .frame(dropped: state.dropped)
        }
    }

    /// Waits for a frame, for so long at most.
    ///
    /// - Returns: whether the stop descriptor is readable or closed.
    func wait(milliseconds: Int32, stopDescriptor: Int32) -> Bool {
        var descriptors = (
            pollfd(fd: wakeReading, events: Int16(POLLIN), revents: 0),
            pollfd(fd: stopDescriptor, events: Int16(POLLIN), revents: 0)
        )
        let count = withUnsafeMutablePointer(to: &descriptors) { pair in
            pair.withMemoryRebound(to: pollfd.self, capacity: 2) { poll($0, 2, milliseconds) }
        }
        guard count > 0 else { return false }
        if descriptors.0.revents != 0 {
            withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { bytes in
                _ = read(wakeReading, bytes.baseAddress, bytes.count)
            }
        }
        return descriptors.1.revents != 0
    }
}
