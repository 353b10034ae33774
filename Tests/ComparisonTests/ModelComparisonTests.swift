import Foundation
import TacitComparison
import TacitConversion
import TacitDiagnostics
import TacitLive
import TacitMeasures
import TacitModelFile
import TacitTestSupport
import Testing

/// Two files against each other, made from golden cases.
@Suite struct ModelComparisonTests {
    private static func report(
        _ golden: GoldenCase, _ weights: ConversionOptions.Weights, _ path: String
    ) throws -> ConversionReport {
        try Converter(
            ConversionOptions(
                base: golden.baseFolder.path, adapter: golden.adapterFolder.path, weights: weights, output: path)
        ).convert()
    }

    private static func random(_ first: String, _ second: String, threads: Int = 1) throws -> RandomErrors {
        try ModelComparison(ModelFile(path: first), ModelFile(path: second))
            .random(engine: EngineSettings(threads: threads))
    }

    /// Every pool, context, attention and input: the same file differs in nothing, four bits differ by more than eight.
    @Test(arguments: [
        "gpt2-plain", "gpt2-sliding", "llama-sliding-last-logmel", "llama-wide-heads-full", "gpt2-full-hidden",
        "llama-sinks",
    ])
    func fewerBitsAreFurtherOff(name: String) throws {
        let golden = try GoldenCase(name: name)
        let folder = try TemporaryFolder()
        let paths = ["f32", "int8", "int4"].map { folder.path("\($0).gguf") }
        let reports = try [ConversionOptions.Weights.f32, .int8, .int4].enumerated().map {
            try Self.report(golden, $1, paths[$0])
        }
        #expect(reports[0].errors.random == nil)
        let none = try Self.random(paths[0], paths[0])
        #expect(none.trunk == RelativeError(mean: 0, worst: 0) && none.logits == RelativeError(mean: 0, worst: 0))
        #expect(none.agreeing == none.contexts)
        let eight = try Self.random(paths[0], paths[1])
        let four = try Self.random(paths[0], paths[2])
        #expect(try #require(four.trunk).mean > 10 * #require(eight.trunk).mean)
        #expect(try #require(four.logits).mean > 3 * #require(eight.logits).mean)
        #expect(try Self.random(paths[0], paths[2], threads: 3) == four)
        // What was measured while it was written is of the same size: the patches are other draws of the same noise.
        let measured = try #require(reports[2].errors.random)
        #expect(measured.patches == four.patches && measured.contexts == four.contexts)
        let ratio = try #require(measured.trunk).mean / #require(four.trunk).mean
        #expect(ratio > 0.5 && ratio < 2, "\(ratio)")
        let logits = try #require(measured.logits).mean / #require(four.logits).mean
        #expect(logits > 0.25 && logits < 4, "\(logits)")
    }

    @Test func whatDoesNotCompareIsRefused() throws {
        let folder = try TemporaryFolder()
        let names = ["gpt2-plain", "llama-plain", "gpt2-odd-logmel"]
        for name in names { _ = try Self.report(GoldenCase(name: name), .f32, folder.path("\(name).gguf")) }
        let first = try ModelFile(path: folder.path("gpt2-plain.gguf"))
        let other = try ModelFile(path: folder.path("gpt2-odd-logmel.gguf"))
        let error = try #require(thrown(TacitError.self) { try ModelComparison(first, other) })
        #expect(error.kind == .badData)
        #expect(error.description.hasPrefix("\(other.path): input: takes another input ("))
        #expect(error.description.hasSuffix(" than \(first.path): they don't compare"))
    }

    /// Whichever of the two it is: nothing that is no number is the same as anything.
    @Test func modelsWhoseResultsAreNoNumbersAreRefused() throws {
        let folder = try TemporaryFolder()
        let (whole, broken) = (folder.path("whole.gguf"), folder.path("broken.gguf"))
        for path in [whole, broken] { _ = try Self.report(GoldenCase(name: "gpt2-plain"), .int8, path) }
        let norm = try ModelFile(path: broken).tensors.first { $0.name == "\(TensorName.finalNorm).weight" }
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: broken))
        try file.seek(toOffset: UInt64(#require(norm).offset))
        try file.write(contentsOf: withUnsafeBytes(of: Float.nan) { Data($0) })
        try file.close()
        for (first, second) in [(whole, broken), (broken, whole), (broken, broken)] {
            let error = thrown(TacitError.self) { try Self.random(first, second) }
            #expect(error?.kind == .badData)
            #expect(error?.description.hasPrefix("\(broken): the model's results are no numbers: ") == true)
        }
    }

    /// The report stands in the file, before it has its name already.
    @Test(arguments: ConversionOptions.Method.allCases)
    func theReportIsKept(method: ConversionOptions.Method) throws {
        let folder = try TemporaryFolder()
        let path = folder.path("m.gguf")
        let golden = try GoldenCase(name: "gpt2-plain")
        let options = ConversionOptions(
            base: golden.baseFolder.path, adapter: golden.adapterFolder.path, weights: .int4, method: method,
            output: path)
        let report = try Converter(options).convert(calibrate: { exact, stored in
            #expect(!FileManager.default.fileExists(atPath: path))
            #expect(exact.report == nil && stored.report == nil)
            try exact.verify()
            try stored.verify()
            #expect(exact.format(ofMatrix: TensorName.attentionOutput(0))?.encoding == .float32)
            #expect(stored.format(ofMatrix: TensorName.attentionOutput(0))?.encoding.bits == 4)
            #expect(try Self.same(exact, stored))
            return Calibration(
                dataSet: "folder", split: "all", count: 1, windows: 1, metric: .accuracy, exact: 1, stored: 0.5,
                agreeing: 1, output: nil, logits: nil)
        })
        #expect(report.errors.calibration?.stored == 0.5)
        let file = try ModelFile(path: path)
        try file.verify()
        let kept = try #require(file.report)
        #expect(kept.hasPrefix(#"{"version":1,"bits":4,"group_size":32,"smoothed":false,"snr_db":{"attention.qkv":"#))
        #expect(kept.contains(#""f32":1.0,"stored":0.5,"drop_points":50.0,"#))
        #expect(!kept.contains(folder.path("")))
        #expect(try folder.names() == ["m.gguf"])
        // What is thrown there leaves nothing.
        struct Enough: Error {}
        try FileManager.default.removeItem(atPath: path)
        #expect(throws: Enough.self) { try Converter(options).convert(calibrate: { _, _ in throw Enough() }) }
        #expect(try folder.names().isEmpty)
    }

    /// Whether two models have the same norms.
    private static func same(_ first: ModelFile, _ second: ModelFile) throws -> Bool {
        try first.vector("\(TensorName.finalNorm).weight").elementsEqual(
            second.vector("\(TensorName.finalNorm).weight"))
    }
}
