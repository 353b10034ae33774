import Foundation
import TacitTestSupport
import Testing

/// Pictures are learned as sounds are.
@Suite struct LearnPicturesTests {
    @Test func aLabelOfPictures() throws {
        let golden = GoldenCase.folder.appendingPathComponent("images/llama-full-learned")
        let expected =
            try JSONSerialization.jsonObject(
                with: Data(contentsOf: golden.appendingPathComponent("expected.json"))) as? [String: Any]
        let base = try #require(expected?["base"] as? String)
        let model = try ConvertedModel(
            base: GoldenCase.folder.appendingPathComponent("bases/\(base)").path,
            adapter: golden.appendingPathComponent("adapter").path)
        let labels = model.folder.path("my.labels")
        var random = RandomNumbers(seed: 1)
        func picture(_ name: String, bright: Bool) throws -> String {
            // Half bright, half dark, and the other way round.
            var bytes = Array("P6\n40 30\n255\n".utf8)
            for row in 0..<30 {
                for _ in 0..<40 {
                    let level = (row < 15) == bright ? 190 : 40
                    for _ in 0..<3 { bytes.append(UInt8(level + Int.random(in: -30...30, using: &random))) }
                }
            }
            let source = try model.folder.write("\(name).ppm", bytes)
            let path = model.folder.path("\(name).png")
            let outcome = try Executable(path: "/usr/bin/env").run(
                ["ffmpeg", "-loglevel", "error", "-i", source, path])
            try #require(outcome.status == 0, "\(outcome.standardError)")
            return path
        }
        for (label, bright) in [("day", true), ("night", false)] {
            let paths = try (0..<5).map { try picture("\(label)\($0)", bright: bright) }
            let outcome = try Executable.tacit.run(
                ["learn", model.path, label] + paths + ["--labels", labels, "--json"])
            #expect(outcome.status == 0, "\(outcome.standardError)")
            #expect(outcome.outputLines.last?.contains("\"name\":\"\(label)\",\"examples\":5") == true)
        }
        for (label, bright) in [("day", true), ("night", false)] {
            let path = try picture("new-\(label)", bright: bright)
            let outcome = try Executable.tacit.run([
                "classify", model.path, path, "--labels", labels, "--json", "--top", "0",
            ])
            let line = try #require(try ResultLine.lines(of: outcome).first)
            #expect(try #require(line.scores(of: [label])[0]) > 0.5)
            #expect(try #require(line.scores(of: [label == "day" ? "night" : "day"])[0]) < 0.5)
            let watched = try Executable.tacit.run([
                "watch", model.path, "--input", path, "--labels", labels, "--json", "--top", "0",
            ])
            let seen = try ResultLine.lines(of: watched).first { $0.type == "labels" }
            #expect(seen?.scores(of: [label])[0] == line.scores(of: [label])[0])
            #expect(watched.standardOutput.contains("\"learned\":true"))
        }
        let sound = try Executable.tacit.run(["learn", model.path, "day", "--device", "x", "--labels", labels])
        #expect(sound.status == 69)
    }
}
