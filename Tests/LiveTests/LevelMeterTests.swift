import Foundation
import TacitLive
import TacitTestSupport
import Testing

/// Against the definition: root mean square and the largest magnitude, in decibels of full scale.
@Suite struct LevelMeterTests {
    @Test(arguments: [1, 7, 8, 9, 16, 31, 1000])
    func allSamplesCount(count: Int) throws {
        var random = RandomNumbers(seed: 1)
        var samples = (0..<count).map { _ in Float.random(in: -0.5...0.5, using: &random) }
        // The loudest lies anywhere, on either side.
        samples[Int.random(in: 0..<count)] = Bool.random() ? 0.75 : -0.75
        var meter = LevelMeter()
        // In two parts, neither of which need be whole eights.
        let cut = count / 3
        for part in [samples[..<cut], samples[cut...]] { part.withUnsafeBufferPointer { meter.add($0) } }
        let taken = meter.take()
        let level = try #require(taken)
        let mean = samples.reduce(0) { $0 + Double($1) * Double($1) } / Double(count)
        #expect(abs(level.rms - 10 * log10(mean)) < 1e-9)
        #expect(abs(level.peak - 20 * log10(0.75)) < 1e-9)
        let nothing = meter.take()
        #expect(nothing == nil)
    }

    @Test func silence() throws {
        var meter = LevelMeter()
        Array(repeating: Float(0), count: 20).withUnsafeBufferPointer { meter.add($0) }
        let taken = meter.take()
        let level = try #require(taken)
        #expect(level.rms == -120 && level.peak == -120)
    }
}
