import Foundation
import TacitLive
import TacitTestSupport
import Testing

/// What holds nothing to hear is no example of anything, what is quiet may be.
@Suite struct SilenceTests {
    private let rate = 16_000

    /// Noise of so many steps of 16 bits (root mean square), rounded to them.
    private func noise(steps: Double, seconds: Double = 1) -> [Float] {
        var random = RandomNumbers(seed: 3)
        let peak = steps * 3.0.squareRoot()
        return (0..<Int(seconds * Double(rate))).map { _ in
            Float(Double.random(in: -peak...peak, using: &random).rounded() / 32768)
        }
    }

    @Test func nothingIsHeardOfSilence() {
        for samples in [
            [Float](repeating: 0, count: rate), noise(steps: 0.5), noise(steps: 1),
            [Float](repeating: 1e-5, count: rate),
        ] {
            #expect(Silence.fault(samples, sampleRate: rate)?.hasPrefix("silent (") == true)
        }
        #expect(
            Silence.fault(noise(steps: 1000, seconds: 0.003), sampleRate: rate)?.hasPrefix("too short (3 ms)") == true)
    }

    /// Also where nearly all of it is silent, and of a level that 24 bits are needed for.
    @Test func quietSoundsAreHeard() {
        #expect(Silence.fault(noise(steps: 4), sampleRate: rate) == nil)
        #expect(Silence.fault(noise(steps: 1000, seconds: 0.005), sampleRate: rate) == nil)
        let silence = [Float](repeating: 0, count: 3 * rate)
        #expect(Silence.fault(silence + noise(steps: 12, seconds: 0.03) + silence, sampleRate: rate) == nil)
        #expect(Silence.fault(noise(steps: 1000).map { $0 / 256 }, sampleRate: rate) == nil)
    }
}
