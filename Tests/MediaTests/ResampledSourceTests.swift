import Foundation
import TacitDiagnostics
import TacitMedia
import TacitTestSupport
import Testing

@Suite struct ResampledSourceTests {
    private func resample(_ samples: [Float], from: Int, to: Int) throws -> [Float] {
        try Drained(try ResampledSource(ScriptedSource(sampleRate: from, [.samples(samples)]), to: to)).samples
    }

    /// Sines within the pass band come out as the sines they are: as loud, and not a thousandth of a sample late.
    @Test(arguments: [8000, 11025, 22050, 44100, 48000, 96000])
    func aSineStaysASine(rate: Int) throws {
        for fraction in [0.01, 0.1, 0.3, 0.4] {
            let frequency = fraction * Double(min(rate, 16000))
            let output = try resample(
                sine(frequency, rate: rate, count: rate, phase: 0.7), from: rate, to: 16000)
            #expect(output.count == 16000)
            let expected = sine(frequency, rate: 16000, count: 16000, phase: 0.7)
            #expect(errorDecibels(output[1000..<15000], expected[1000..<15000]) < -120, "\(frequency) Hz")
        }
    }

    /// What the new rate can't hold is gone, not folded back.
    @Test(arguments: [22050, 44100, 48000, 96000])
    func nothingFoldsBack(rate: Int) throws {
        for frequency in stride(from: 8800.0, to: Double(rate) / 2, by: 1700) {
            let output = try resample(sine(frequency, rate: rate, count: rate), from: rate, to: 16000)
            let power = output[1000..<15000].reduce(0.0) { $0 + Double($1) * Double($1) } / 14000
            #expect(10 * log10(power / 0.125 + 1e-30) < -100, "\(frequency) Hz")
        }
    }

    @Test func lengthIsTheInputsTimesTheRatioRounded() throws {
        for rate in [8000, 11025, 44100, 48000, 96000, 15999] {
            for count in [0, 1, 2, 3, 5, 100, 239, 240, 241, 4801] {
                let output = try resample(sine(100, rate: rate, count: count), from: rate, to: 16000)
                let exact = (Double(count) * 16000 / Double(rate)).rounded()
                // One sample is a sound, however short.
                #expect(output.count == max(Int(exact), min(count, 1)), "\(count) at \(rate)")
            }
        }
    }

    @Test func doesNotDependOnHowSamplesArrive() throws {
        let samples = sine(1234, rate: 44100, count: 20000)
        let atOnce = try resample(samples, from: 44100, to: 16000)
        var random = RandomNumbers(seed: 1)
        for longest in [1, 50, 3000] {
            let source = ScriptedSource(sampleRate: 44100, [.samples(samples)]) {
                Int.random(in: 1...longest, using: &random)
            }
            let output = try Drained(try ResampledSource(source, to: 16000), room: 1 + longest).samples
            #expect(output.map(\.bitPattern) == atOnce.map(\.bitPattern))
        }
    }

    /// Lost time is neither gained nor lost by the conversion, and what follows a gap does not hear what was before it.
    @Test func gapsKeepTheirLength() throws {
        let before = sine(500, rate: 48000, count: 10001)
        let after = sine(700, rate: 48000, count: 7000)
        let source = try ResampledSource(
            ScriptedSource(sampleRate: 48000, [.samples(before), .gap(4807), .samples(after), .gap(48000)]), to: 16000)
        let drained = try Drained(source)
        #expect(drained.gaps.count == 2)
        let afterAlone = try resample(after, from: 48000, to: 16000)
        #expect(Array(drained.samples[3334...]) == afterAlone)
        let beforeAlone = try resample(before, from: 48000, to: 16000)
        #expect(Array(drained.samples[..<3334]) == beforeAlone)
        #expect(3334 + (drained.gaps.first?.samples ?? 0) == Int((14808.0 / 3).rounded()))
        let lost = drained.gaps.reduce(0) { $0 + $1.samples }
        let whole = (14808 + 7000 + 48000) / 3
        #expect(drained.samples.count + lost == whole)
    }

    @Test(arguments: [1, 60, 5_000_000, 10_000_000])
    func absurdRatesAreBadData(rate: Int) {
        do {
            _ = try SoundSources.resample(ScriptedSource(sampleRate: rate, []), to: 16000, file: "odd.wav")
            Issue.record("accepted")
        } catch {
            #expect((error as? TacitError)?.kind == .badData)
            #expect((error as? TacitError)?.file == "odd.wav")
        }
    }

    @Test func anEqualRateIsLeftAlone() throws {
        let source = ScriptedSource(sampleRate: 16000, [])
        #expect(try SoundSources.resample(source, to: 16000) === source)
    }
}
