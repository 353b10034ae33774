import Foundation
import TacitConversion
import TacitEngine
import TacitMeasures
import TacitModelFile
import TacitTestSupport
import Testing

/// Factors that activations are smoothed by: what they leave as it was, and what they mend.
@Suite struct SmoothingTests {
    /// What a conversion writes, and what it makes of the same model in 32-bit floats.
    private final class Outcome {
        var exact: [Float] = []
        /// Its trunk's tensors, by name.
        var tensors: [String: [Float]] = [:]
        var file: ModelFile?
    }

    private func convert(
        _ bench: Workbench, _ smoothing: ConversionOptions.Smoothing?, _ weights: ConversionOptions.Weights = .int4
    ) throws -> Outcome {
        let outcome = Outcome()
        let converter = try Converter(
            ConversionOptions(
                base: bench.base.path, adapter: bench.adapter.path, weights: weights, smoothing: smoothing,
                output: bench.output))
        _ = try converter.convert(calibrate: { exact, _ in
            outcome.exact = try Self.logits(exact)
            for part in exact.description.parts {
                switch part {
                case .vector(let name, _): outcome.tensors[name] = Array(try exact.vector(name))
                case .matrix(let shape): outcome.tensors[shape.name] = Float32Copy.weights(try exact.matrix(shape.name))
                }
            }
            return Calibration(
                dataSet: "none", split: "all", count: 1, windows: 1, metric: .accuracy, exact: 1, stored: 1,
                agreeing: 1,
                output: nil, logits: nil)
        })
        outcome.file = try ModelFile(path: bench.output)
        return outcome
    }

    /// Of a window of made-up patches.
    private static func logits(_ file: ModelFile) throws -> [Float] {
        let (model, window) = (try Model(source: file), file.description.input.window)
        let session = try Session(model: model, maximumPatches: window, threads: 1)
        var random = RandomNumbers(seed: 5)
        let patches = (0..<window * file.description.input.patchSize).map { _ in
            Float.random(in: -2...2, using: &random)
        }
        try #require(!patches.isEmpty)
        patches.withUnsafeBufferPointer {
            if let base = $0.baseAddress { session.push(patches: base, count: window, context: 0) }
        }
        var logits = [Float](repeating: .nan, count: file.description.labels.count)
        logits.withUnsafeMutableBufferPointer { session.readLogits(context: 0, into: $0) }
        return logits
    }

    /// Factors are powers of two, and what one tensor takes another gives back: no bit of any family's results changes.
    @Test(arguments: GoldenConversionTests.cases)
    func unroundedNothingChanges(name: String) throws {
        let bench = try Workbench(name)
        let plain = try convert(bench, .off)
        let smoothed = try convert(bench, .on)
        #expect(smoothed.exact == plain.exact)
        #expect(smoothed.exact.allSatisfy { $0.isFinite })
        // Not for want of factors.
        #expect(smoothed.tensors != plain.tensors)
        for (name, before) in plain.tensors {
            let after = try #require(smoothed.tensors[name])
            let factors = zip(before, after).filter { $0.0 != 0 }.map { $0.1 / $0.0 }
            #expect(factors.allSatisfy { $0 > 0 && $0.significand == 1 }, "\(name)")
        }
        #expect(smoothed.file?.provenance.flags == "--weights int4 --group-size 32 --smoothing on")
        #expect(plain.file?.provenance.flags == "--weights int4 --group-size 32")
        try smoothed.file?.verify()
    }

    /// A norm's channel a hundred times the others, which the next matrix takes back: smoothed, it is like the others.
    @Test func outliersAreSmoothedAway() throws {
        let base = try Int8TrialTests.Base(outlier: 120)
        let (report, bytes) = try base.convert()
        #expect(report.isSmoothed && report.encoding == .int8)
        let errors = try #require(report.smoothing)
        #expect(errors.after.mean < 0.5 * errors.before.mean)
        #expect(report.rowsError == errors.after)
        #expect(report.table.contains("\nsmoothing brings a trial's error from "))
        let file = try ModelFile(path: base.output)
        #expect(file.provenance.flags == "--weights int8 --smoothing on")
        #expect(try #require(file.report).contains(#""smoothed":true"#))
        #expect(try base.convert(smoothing: .on).bytes == bytes)
    }

    /// Where nothing is won, nothing is changed.
    @Test func tameTrunksAreLeftAlone() throws {
        let base = try Int8TrialTests.Base(outlier: 1)
        let (report, bytes) = try base.convert()
        let errors = try #require(report.smoothing)
        #expect(report.isSmoothed == (errors.after.mean <= 0.95 * errors.before.mean))
        #expect(
            !report.isSmoothed && report.table.contains("\nsmoothing is left out: it would bring a trial's error from ")
        )
        #expect(try base.convert(smoothing: .off).bytes == bytes)
    }

    /// Two planes are nearly exact, and floats are exact.
    @Test func othersAreNotTried() throws {
        for weights in [ConversionOptions.Weights.f32, .int8] {
            let bench = try Workbench("gpt2-plain")
            let report = try bench.convert(weights)
            #expect(report.smoothing == nil && !report.isSmoothed)
        }
    }
}
