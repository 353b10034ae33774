import TacitDevices
import Testing

/// A stream's time, of stamps and arrivals that are given: no clock is asked.
@Suite struct FrameTimeTests {
    private static let step = 33_333
    private static let hour = 3_600_000_000

    /// The stream's times of frames that come one after another at a steady rate.
    private func times(_ stamps: [Int], from start: Int = 7_000_000) -> [Int] {
        var clock = FrameTime()
        return stamps.indices.map { clock.take(stamp: stamps[$0], arrival: start + $0 * Self.step) }
    }

    private func steady(_ count: Int, from start: Int) -> [Int] { (0..<count).map { start + $0 * Self.step } }

    @Test func goesByStampsThatAgree() {
        // Taken a little earlier than they came, each by another while.
        let stamps = [0, 30_000, 70_000, 99_000, 140_000].map { $0 + 123_456_789 }
        #expect(times(stamps) == [0, 30_000, 70_000, 99_000, 140_000])
    }

    @Test func frameThatWaitedKeepsItsTime() {
        var clock = FrameTime()
        #expect(clock.take(stamp: 0, arrival: 50) == 0)
        // Three that came together, the model having been at work.
        for stamp in [33_000, 66_000, 99_000] { #expect(clock.take(stamp: stamp, arrival: 700_000) == stamp) }
        #expect(clock.take(stamp: 733_000, arrival: 734_000) == 733_000)
    }

    /// A model that is at work for long on each frame, four of which wait for it in the driver.
    @Test(arguments: [1_500_000, 5_000_000])
    func framesThatWaitLongKeepTheirTimes(work: Int) {
        var clock = FrameTime()
        #expect(clock.take(stamp: 0, arrival: 50) == 0)
        for round in 0..<20 {
            let (begun, done) = (round * work, (round + 1) * work)
            for frame in 1...4 {
                let stamp = begun + frame * Self.step
                #expect(clock.take(stamp: stamp, arrival: done + frame) == stamp)
            }
        }
    }

    /// Wherever a bad one stands, however many there are.
    @Test(arguments: [Self.hour, -Self.hour, .max, .min, 0], [1, 2, 5])
    func badStampsAreNoTime(shift: Int, count: Int) {
        let good = steady(30, from: 10 * Self.hour)
        for place in [0, 1, 12, 29 - count] {
            var stamps = good
            for index in place..<place + count {
                stamps[index] = shift == 0 ? 0 : stamps[index].addingReportingOverflow(shift).partialValue
            }
            #expect(times(stamps) == steady(30, from: 0))
        }
    }

    @Test(arguments: [Self.hour, -Self.hour, 86_400 * 366 * Self.hour / 3600])
    func clockThatIsSetGoesOn(shift: Int) {
        let stamps = steady(10, from: 10 * Self.hour) + steady(10, from: 10 * Self.hour + 10 * Self.step + shift)
        #expect(times(stamps) == steady(20, from: 0))
    }

    @Test(arguments: [0, -1, 4_000_000_000])
    func noStampsAreArrivals(stamp: Int) {
        #expect(times([Int](repeating: stamp, count: 200)) == steady(200, from: 0))
    }

    /// A clock that is too slow or too fast by much is left for the arrivals, a second of which it may be away from.
    @Test(arguments: [1, 10, 27_000, 40_000, 100_000])
    func wrongPaceStaysNear(step: Int) {
        let times = times((0..<3000).map { $0 * step })
        for (index, time) in times.enumerated() { #expect(abs(time - index * Self.step) <= 1_000_000) }
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
    }

    /// The time that passed, whatever the clock of the camera that came back begins at.
    @Test(arguments: [0, 5, 20 * Self.hour], [500_000, 3_000_000, 2 * Self.hour])
    func whatIsAwayForLongIsAwayForAsLong(base: Int, length: Int) {
        var clock = FrameTime()
        for index in 0..<10 {
            _ = clock.take(stamp: 10 * Self.hour + index * Self.step, arrival: index * Self.step)
        }
        let last = clock.time
        let arrival = 9 * Self.step + length
        #expect(clock.take(stamp: base, arrival: arrival) == last + length)
        // The same frame once more.
        #expect(clock.take(stamp: base, arrival: arrival) == last + length)
        #expect(clock.take(stamp: base + Self.step, arrival: arrival + Self.step) == last + length + Self.step)
    }
}
