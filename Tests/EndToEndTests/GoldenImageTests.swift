import Foundation
import TacitTestSupport
import Testing

/// Pictures and codebooks from base and adapter to logits, scores and embeddings, against transformers and PEFT in
/// float32.
@Suite struct GoldenImageTests {
    @Test(arguments: GoldenImages.names, [("f32", Float(1e-4)), ("int8", 0.06), ("int4", 0.2)])
    func pictures(name: String, precision: (weights: String, tolerance: Float)) throws {
        let golden = try GoldenImages(name: name)
        let model = try ConvertedModel(
            base: golden.baseFolder.path, adapter: golden.adapterFolder.path, weights: precision.weights)
        let paths = golden.images.map(golden.path)
        let outcome = try Executable.tacit.run(["classify", "--json", "--top", "0", "--logits", model.path] + paths)
        #expect(outcome.status == 0, "\(outcome.standardError)")
        let lines = try ResultLine.lines(of: outcome)
        try #require(lines.map(\.path) == paths)
        let embedded = try Executable.tacit.run(["embed", "--json", model.path] + paths)
        let vectors = try ResultLine.lines(of: embedded)
        try #require(vectors.count == paths.count)
        for (index, image) in golden.images.enumerated() {
            #expect(lines[index].span == nil)
            check(lines[index].logits, image.logits, precision.tolerance, "\(name)/\(image.file) logits")
            check(vectors[index].embedding, image.embedding, precision.tolerance, "\(name)/\(image.file) embedding")
            guard precision.weights == "f32" else { continue }
            let scores = try lines[index].scores(of: golden.labels).map { try #require($0) }
            #expect(zip(scores, image.scores).allSatisfy { abs($0 - $1) < 1e-3 })
        }
        // The folder gives the same lines.
        let folder = try TemporaryFolder()
        for path in paths { try folder.copy(path, as: URL(fileURLWithPath: path).lastPathComponent) }
        let whole = try Executable.tacit.run(
            ["classify", "--json", "--top", "0", "--logits", model.path, folder.path])
        let found: [Substring?] = whole.outputLines.map { arrayText("logits", in: $0) }
        let expected: [Substring?] = outcome.outputLines.map { arrayText("logits", in: $0) }
        #expect(found == expected)
    }

    @Test(arguments: GoldenCodebooks.names, [("f32", Float(1e-4)), ("int8", 0.06), ("int4", 0.2)])
    func codebooks(name: String, precision: (weights: String, tolerance: Float)) throws {
        let golden = try GoldenCodebooks(name: name)
        let model = try ConvertedModel(
            base: golden.baseFolder.path, adapter: golden.adapterFolder.path, weights: precision.weights)
        for file in golden.files {
            let paths = ["jsonl", "u16"].map { golden.folder.appendingPathComponent("\(file.file).\($0)").path }
            let outcome = try Executable.tacit.run(
                ["classify", "--json", "--top", "0", "--logits", model.path] + paths)
            #expect(outcome.status == 0, "\(outcome.standardError)")
            let lines = try ResultLine.lines(of: outcome)
            try #require(lines.count == 2)
            #expect(lines[0].logits == lines[1].logits)
            #expect(lines.allSatisfy { $0.span == nil })
            check(lines[0].logits, file.mean.logits, precision.tolerance, "\(name)/\(file.file) logits")
            let embedded = try ResultLine.lines(of: Executable.tacit.run(["embed", "--json", model.path, paths[0]]))
            check(embedded.first?.embedding, file.mean.embedding, precision.tolerance, "\(name)/\(file.file) embedding")
            let windows = try ResultLine.lines(
                of: Executable.tacit.run(
                    ["classify", "--json", "--top", "0", "--logits", "--windows", model.path, paths[1]]))
            try #require(windows.count == file.windows.count)
            for (found, expected) in zip(windows, file.windows) {
                check(found.logits, expected.logits, precision.tolerance, "\(name)/\(file.file) window")
            }
        }
    }

    private func check(_ found: [Float]?, _ expected: [Float], _ tolerance: Float, _ what: Comment) {
        #expect(relativeDifference(found ?? [], expected) <= tolerance, what)
    }
}
