import Glibc
import Synchronization
import TacitDiagnostics
import TacitMedia

/// The newest frame, undecoded, on its way from the thread that gets them to the one that looks at them: neither waits
/// for the other. A frame that a newer one takes the place of is counted. Memory is taken when a frame is longer than
/// all before.
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
    private let wakePipe: WakePipe

    /// - Throws: `TacitError` (I/O error) where the system has no descriptors left.
    init(capacity: Int, for name: String) throws {
        wakePipe = try WakePipe(for: name, failure: .inputOutput)
        state = Mutex(State(held: Held(capacity: capacity)))
    }

    deinit {
        state.withLock { $0.held.bytes.deallocate() }
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
        wakePipe.wake()
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
        wakePipe.wait(milliseconds: milliseconds, stopDescriptor: stopDescriptor)
    }
}
