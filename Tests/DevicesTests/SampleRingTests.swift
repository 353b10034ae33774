import Foundation
import Synchronization
import TacitDevices
import TacitMedia
import TacitTestSupport
import Testing

@Suite struct SampleRingTests {
    /// Numbers that a Float holds exactly stand for the samples' places in the stream.
    private static let cycle = 1 << 24

    private func numbers(_ range: Range<Int>) -> [Float] { range.map { Float($0 % Self.cycle) } }

    private func write(_ ring: SampleRing, _ range: Range<Int>) {
        ring.write(numbers(range), count: range.count)
    }

    /// Everything at hand, samples and gaps in their order.
    private func readAll(_ ring: SampleRing, room: Int = 100) -> [SourceEvent] {
        var events: [SourceEvent] = []
        var buffer = [Float](repeating: 0, count: room)
        while let event = buffer.withUnsafeMutableBufferPointer({ ring.read(into: $0) }) { events.append(event) }
        return events
    }

    @Test func aFullRingLosesWhatComesUntilHalfIsFree() throws {
        let ring = try SampleRing(capacity: 1000, for: "test")
        #expect(ring.capacity == 1024)
        for start in stride(from: 0, to: 2000, by: 100) { write(ring, start..<start + 100) }
        var buffer = [Float](repeating: 0, count: 500)
        let event = buffer.withUnsafeMutableBufferPointer { ring.read(into: $0) }
        #expect(event == .samples(500))
        #expect(buffer == numbers(0..<500))
        // 524 are free again: enough for ten of these, after a gap of the 1000 that found no room.
        write(ring, 2000..<2100)
        #expect(
            readAll(ring, room: 500) == [.samples(500), .gap(.init(samples: 1000, reason: .overrun)), .samples(100)])
    }

    @Test func lessThanHalfFreeIsNotYetRoom() throws {
        let ring = try SampleRing(capacity: 1024, for: "test")
        for start in stride(from: 0, to: 1100, by: 100) { write(ring, start..<start + 100) }
        var buffer = [Float](repeating: 0, count: 400)
        _ = buffer.withUnsafeMutableBufferPointer { ring.read(into: $0) }
        write(ring, 1100..<1200)
        _ = buffer.withUnsafeMutableBufferPointer { ring.read(into: $0) }
        write(ring, 1200..<1300)
        #expect(
            readAll(ring, room: 400) == [.samples(200), .gap(.init(samples: 200, reason: .overrun)), .samples(100)])
    }

    @Test func gapsOfSeveralReasonsStandAtTheirPlace() throws {
        let ring = try SampleRing(capacity: 1024, for: "test")
        ring.lose(5, .lost)
        write(ring, 0..<10)
        ring.lose(3, .overrun)
        ring.lose(4, .overrun)
        ring.lose(0, .suspend)
        ring.lose(2, .suspend)
        // A gap is told once a sample stands behind it: only then is its length known.
        #expect(readAll(ring).count == 3)
        write(ring, 0..<1)
        #expect(readAll(ring) == [.gap(.init(samples: 2, reason: .suspend)), .samples(1)])
    }

    @Test func moreGapsThanThereIsRoomForAreAddedUp() throws {
        let ring = try SampleRing(capacity: 1024, for: "test")
        for _ in 0..<1000 {
            ring.lose(7, .overrun)
            write(ring, 0..<1)
        }
        var lost = 0
        var samples = 0
        func count() {
            for event in readAll(ring) {
                switch event {
                case .samples(let count): samples += count
                case .gap(let gap): lost += gap.samples
                case .end: break
                }
            }
        }
        count()
        write(ring, 0..<1)
        count()
        // Samples for whose gap there was no room are in that gap themselves.
        #expect(lost + samples == 1000 * 8 + 1)
    }

    /// Two threads, random sizes, a reader that is now and then late: every sample in order, every gap exact.
    @Test(arguments: [1, 2, 3])
    func everySampleInOrderAndEveryGapExact(seed: UInt64) throws {
        let ring = try SampleRing(capacity: 4096, for: "test")
        let isOver = Atomic<Bool>(false)
        let writer = DispatchSemaphore(value: 0)
        withExtendedLifetime(isOver) {
            Thread.detachNewThread {
                var random = RandomNumbers(seed: seed)
                var position = 0
                while !isOver.load(ordering: .relaxed) {
                    let count = Int.random(in: 1...700, using: &random)
                    write(ring, position..<position + count)
                    position += count
                    if count % 7 == 0 {
                        ring.lose(count, count % 2 == 0 ? .lost : .suspend)
                        position += count
                    }
                    if count % 3 == 0 { sched_yield() }
                }
                writer.signal()
            }
            var random = RandomNumbers(seed: seed + 100)
            var expected = 0
            var read = 0
            var wrong = 0
            var gaps = 0
            var buffer = [Float](repeating: 0, count: 1000)
            while read < 2_000_000 {
                let room = Int.random(in: 1...1000, using: &random)
                let event = buffer.withUnsafeMutableBufferPointer {
                    ring.read(into: UnsafeMutableBufferPointer(rebasing: $0[..<room]))
                }
                switch event {
                case .samples(let count):
                    for index in 0..<count where buffer[index] != Float((expected + index) % Self.cycle) { wrong += 1 }
                    expected += count
                    read += count
                case .gap(let gap):
                    expected += gap.samples
                    gaps += 1
                default:
                    ring.wait(samples: room, milliseconds: 1000)
                }
                if room % 50 == 0 { usleep(500) }
            }
            isOver.store(true, ordering: .relaxed)
            writer.wait()
            #expect(wrong == 0)
            #expect(gaps > 0)
        }
    }
}
