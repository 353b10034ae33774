import Foundation
import TacitConversion
import TacitDiagnostics
import TacitModelFile
import TacitTestSupport
import Testing

/// Conversions that measure the trunk: weights fitted to their inputs, and bits by matrix.
@Suite struct CalibratedConversionTests {
    private func convert(
        _ bench: Workbench, _ weights: ConversionOptions.Weights, method: ConversionOptions.Method = .rtn,
        budget: Double = 8
    ) throws -> ConversionReport {
        try Converter(
            ConversionOptions(
                base: bench.base.path, adapter: bench.adapter.path, weights: weights, method: method, budget: budget,
                output: bench.output)
        ).convert()
    }

    @Test(arguments: GoldenConversionTests.cases)
    func everyFamilyIsFitted(name: String) throws {
        let bench = try Workbench(name)
        let report = try convert(bench, .int4, method: .gptq)
        #expect(report.encoding == .int4TwoPlanes(groupSize: 32))
        #expect(try #require(report.calibratedError).mean < 0.1)
        let file = try ModelFile(path: bench.output)
        try file.verify()
        #expect(file.provenance.flags.hasPrefix("--weights int4 --group-size 32 --method gptq"))
        // Measured with other patches than weights were fitted to.
        let random = try #require(report.errors.random)
        let trunk = try #require(random.trunk)
        #expect(trunk.mean > 0 && trunk.mean < 1 && trunk != report.calibratedError)
        #expect(try #require(file.report).contains(#""random":{"contexts":\#(random.contexts),"#))
        let bytes = try bench.read("model.gguf")
        _ = try convert(bench, .int4, method: .gptq)
        #expect(try bench.read("model.gguf") == bytes)
        // In the mean of a few hundred patches that it was not fitted to, which a narrow trunk turns round by chance.
        let nearest = try #require(try convert(bench, .int4).errors.random?.trunk)
        #expect(trunk.mean < 1.1 * nearest.mean)
    }

    /// Each weight is further off than its nearest level; together they are not.
    @Test func fittedWeightsAreFurtherOffEachByItself() throws {
        let base = try Int8TrialTests.Base(outlier: 1)
        func convert(_ method: ConversionOptions.Method) throws -> ConversionReport {
            try Converter(
                ConversionOptions(
                    base: base.folder.path, weights: .int4, smoothing: .off, method: method, output: base.output)
            ).convert()
        }
        let (fitted, nearest) = (try convert(.gptq), try convert(.rtn))
        #expect(fitted.encoding == .int4(groupSize: 32) && nearest.encoding == .int4(groupSize: 32))
        #expect(try #require(fitted.calibratedError).mean < 0.6)
        for (fitted, rounded) in zip(fitted.kinds, nearest.kinds) {
            #expect(fitted.error.noise > rounded.error.noise && fitted.bytes == rounded.bytes)
        }
    }

    @Test(arguments: GoldenConversionTests.cases)
    func everyFamilyIsMixed(name: String) throws {
        let bench = try Workbench(name)
        // Narrow matrices take many bits for scales and padding.
        let report = try convert(bench, .mixed, budget: 24)
        #expect(report.encodings.allSatisfy { $0 == .int8 || $0 == .int8Groups })
        let file = try ModelFile(path: bench.output)
        try file.verify()
        #expect(
            file.description.matrices.filter(\.isTrunk).map { file.format(ofMatrix: $0.name)?.encoding }
                == report.encodings)
        let trunk = try #require(report.errors.random?.trunk)
        #expect(trunk.mean > 0 && trunk.mean < 0.3)
        #expect(try #require(file.report).hasPrefix(#"{"version":1,"bits":8,"group_size":"#))
    }

    /// More bits, more matrices of eight; never more bits than were granted.
    @Test func budgetsAreKept() throws {
        let base = try Int8TrialTests.Base(outlier: 400)
        var before = 0
        for budget in [4.8, 5.5, 6, 7, 8, 9.5] {
            let report = try Converter(
                ConversionOptions(
                    base: base.folder.path, weights: .mixed, smoothing: .off, budget: budget, output: base.output)
            ).convert()
            #expect(report.bitsPerWeight <= budget)
            let precise = report.encodings.count { $0 == .int8Groups }
            #expect(report.encodings.count { $0 == .int4(groupSize: 32) } + precise == 8)
            #expect(precise >= before)
            before = precise
            let file = try ModelFile(path: base.output)
            #expect(file.provenance.flags.contains("--budget \(budget) --group-size 32"))
            if (1..<8).contains(precise) {
                #expect(try #require(file.report).hasPrefix(#"{"version":1,"bits":null,"group_size":32,"#))
            }
            #expect(report.errors.random?.trunk != nil)
        }
        #expect(before == 8)
    }

    @Test func anImpossibleBudgetIsRefused() throws {
        let base = try Int8TrialTests.Base(outlier: 1)
        let error = thrown(TacitError.self) {
            try Converter(
                ConversionOptions(base: base.folder.path, weights: .mixed, budget: 4.2, output: base.output))
        }
        #expect(error?.kind == .usage)
        #expect(error?.description.hasPrefix("budget: 4.2 bits a weight, but this trunk takes at least 4.") == true)
    }
}
