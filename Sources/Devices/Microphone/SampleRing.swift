import Glibc
import Synchronization
import TacitDiagnostics
import TacitMedia

/// Samples and gaps on their way from one thread to another: one writes, one reads, neither ever waits for the other's
/// lock, and nothing is allocated after the initialiser.
///
/// Positions count samples since the start and never go back (a 64-bit count lasts for ever). A gap stands at a
/// position: before the sample of that number. It is published before any sample behind it, so that a reader which
/// sees the sample sees the gap.
///
/// When the ring is full, samples are counted as lost and not written, until half of it is free again: a reader that is
/// too slow gets long stretches with true gaps between them, rather than many short ones.
package final class SampleRing: Sendable {
    /// Samples that it holds: a power of two.
    package let capacity: Int

    private nonisolated(unsafe) let samples: UnsafeMutablePointer<Float>
    /// Samples written and read since the start.
    private let written = Atomic<Int>(0)
    private let taken = Atomic<Int>(0)

    /// Gaps that have not been read, by number modulo their room.
    private nonisolated(unsafe) let gaps: UnsafeMutablePointer<(position: Int, gap: SourceEvent.Gap)>
    private static let gapRoom = 64
    private let gapsWritten = Atomic<Int>(0)
    private let gapsTaken = Atomic<Int>(0)

    /// The writer's own: a gap that is still growing, or for which there was no room.
    private nonisolated(unsafe) var pending = SourceEvent.Gap(samples: 0, reason: .overrun)
    private nonisolated(unsafe) var isOverrun = false

    /// How many samples the reader waits for.
    private let wanted = Atomic<Int>(1)
    private let wakePipe: WakePipe

    /// - Parameters:
    ///   - capacity: samples to hold at least.
    ///   - name: of the device, for an error.
    /// - Throws: `TacitError` (I/O error) where the system has no descriptors left.
    package init(capacity: Int, for name: String) throws {
        wakePipe = try WakePipe(for: name, failure: .inputOutput)
        var size = 1
        while size < capacity { size *= 2 }
        self.capacity = size
        samples = .allocate(capacity: size)
        samples.initialize(repeating: 0, count: size)
        gaps = .allocate(capacity: Self.gapRoom)
        gaps.initialize(repeating: (0, SourceEvent.Gap(samples: 0, reason: .overrun)), count: Self.gapRoom)
    }

    deinit {
        samples.deallocate()
        gaps.deallocate()
    }

    // MARK: The writer's side

    /// Writes all samples, or counts all of them as lost.
    package func write(_ block: UnsafePointer<Float>, count: Int) {
        let position = written.load(ordering: .relaxed)
        let free = capacity - (position - taken.load(ordering: .acquiring))
        if free < (isOverrun ? max(count, capacity / 2) : count) || !publish() {
            isOverrun = true
            lose(count, .overrun)
            return
        }
        isOverrun = false
        let start = position & (capacity - 1)
        let first = min(count, capacity - start)
        (samples + start).update(from: block, count: first)
        samples.update(from: block + first, count: count - first)
        // In one order with what the reader does before it waits: either it sees the samples or this sees its wish.
        written.store(position + count, ordering: .sequentiallyConsistent)
        if isReady(wanted.load(ordering: .sequentiallyConsistent)) { wake() }
    }

    /// Whether so many samples are there, or a gap, or as many samples as will ever be there at once.
    private func isReady(_ count: Int) -> Bool {
        let there = written.load(ordering: .sequentiallyConsistent) - taken.load(ordering: .relaxed)
        return there >= min(count, capacity / 2)
            || gapsWritten.load(ordering: .relaxed) != gapsTaken.load(ordering: .relaxed)
    }

    /// Counts samples as lost before the next one that is written.
    package func lose(_ count: Int, _ reason: SourceEvent.Reason) {
        guard count > 0 else { return }
        // Without room for two gaps, one tells the length of both.
        if pending.reason != reason, publish() { pending.reason = reason }
        pending.samples += count
    }

    /// Wakes the reader, though there may be nothing new for it here.
    package func wake() { wakePipe.wake() }

    /// Hands the pending gap over. False when there is no room for it.
    private func publish() -> Bool {
        guard pending.samples > 0 else { return true }
        let number = gapsWritten.load(ordering: .relaxed)
        guard number - gapsTaken.load(ordering: .acquiring) < Self.gapRoom else { return false }
        gaps[number % Self.gapRoom] = (written.load(ordering: .relaxed), pending)
        gapsWritten.store(number + 1, ordering: .releasing)
        pending.samples = 0
        return true
    }

    // MARK: The reader's side

    /// The next samples or the next gap; nil when there is nothing.
    package func read(into buffer: UnsafeMutableBufferPointer<Float>) -> SourceEvent? {
        let position = taken.load(ordering: .relaxed)
        // In this order: a gap before any of these samples is seen below.
        var end = written.load(ordering: .acquiring)
        let number = gapsTaken.load(ordering: .relaxed)
        if number < gapsWritten.load(ordering: .acquiring) {
            let next = gaps[number % Self.gapRoom]
            if next.position == position {
                gapsTaken.store(number + 1, ordering: .releasing)
                return .gap(next.gap)
            }
            end = min(end, next.position)
        }
        let count = min(end - position, buffer.count)
        guard count > 0, let target = buffer.baseAddress else { return nil }
        let start = position & (capacity - 1)
        let first = min(count, capacity - start)
        target.update(from: samples + start, count: first)
        (target + first).update(from: samples, count: count - first)
        taken.store(position + count, ordering: .releasing)
        return .samples(count)
    }

    /// Waits until so many samples are there, or a gap, for at most `milliseconds`. May return early.
    ///
    /// - Parameters:
    ///   - samples: how many are wanted.
    ///   - milliseconds: how long to wait at most.
    ///   - stopDescriptor: polled too, unless negative.
    /// - Returns: whether the stop descriptor is readable or closed.
    @discardableResult
    package func wait(samples: Int, milliseconds: Int32, stopDescriptor: Int32 = -1) -> Bool {
        wanted.store(samples, ordering: .sequentiallyConsistent)
        guard !isReady(samples) else { return false }
        return wakePipe.wait(milliseconds: milliseconds, stopDescriptor: stopDescriptor)
    }
}
