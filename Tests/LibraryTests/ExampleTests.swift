import Foundation
import TacitTestSupport
import Testing

/// The programs under `Examples/`: short, and in agreement with the command.
@Suite struct ExampleTests {
    private static func example(_ name: String) -> Executable {
        Executable(path: TestPaths.products.appendingPathComponent("\(name)Example").path)
    }

    /// What the command's labels look like where an example prints the best three.
    private func printed(_ line: ResultLine) throws -> String {
        let best = try #require(line.labels).prefix(3).map { "\($0.label) \($0.score)" }.joined(separator: ", ")
        return "\(try #require(line.time)) \(best)"
    }

    @Test(arguments: ["Microphone", "Camera", "File", "Embedding"])
    func fifteenLines(name: String) throws {
        let path = TestPaths.package.appendingPathComponent("Examples/\(name)/main.swift").path
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(lines.count <= 15)
    }

    @Test func aFile() throws {
        let golden = try GoldenCase(name: "gpt2-plain")
        let model = try ConvertedModel(golden, weights: "int8")
        let paths = golden.sounds.map { golden.path(of: $0) }
        let outcome = try Self.example("File").run([model.path] + paths)
        #expect(outcome.status == 0 && outcome.errors.isEmpty)
        let expected = try ResultLine.lines(of: Executable.tacit.run(["classify", model.path, "--json"] + paths))
        #expect(outcome.outputLines == expected.flatMap { ($0.labels ?? []).map { "\($0.score) \($0.label)" } })
    }

    @Test func anEmbedding() throws {
        let golden = try GoldenCase(name: "gpt2-sliding")
        let model = try ConvertedModel(golden, weights: "int8")
        let paths = golden.sounds.map { golden.path(of: $0) }
        let outcome = try Self.example("Embedding").run([model.path, paths[0], paths[paths.count - 1]])
        let lines = try ResultLine.lines(
            of: Executable.tacit.run(["embed", model.path, "--json", paths[0], paths[paths.count - 1]]))
        let (one, other) = (try #require(lines[0].embedding), try #require(lines[1].embedding))
        func product(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).map { $0 * $1 }.reduce(0, +) }
        let cosine = product(one, other) / (product(one, one) * product(other, other)).squareRoot()
        #expect(outcome.outputLines == ["\(cosine)"])
    }

    @Test func aMicrophone() throws {
        let golden = try GoldenCase(name: "gpt2-plain")
        let model = try ConvertedModel(golden, weights: "int8")
        let rate = golden.sampleRate
        let samples = Sounds.glide(samples: 5 * rate)
        let wave = try model.folder.write("a.wav", WaveFile.bytes(samples, rate: UInt32(rate)))
        let microphone = try PipeMicrophone()
        let run = try LiveRun(
            // Line by line, as on a terminal.
            Executable(path: "/usr/bin/stdbuf"),
            ["-oL", Self.example("Microphone").path, model.path, microphone.device, "3"],
            environment: microphone.environment)
        #expect(microphone.connect { run.isRunning })
        let lines = try ResultLine.lines(
            of: Executable.tacit.run(["listen", model.path, "--input", wave, "--json", "--top", "3"]))
        let expected = lines.filter { $0.type == "labels" }
        var labels: [String] = []
        var written = 0
        // Each reading is waited for before more is written, so that nothing depends on how fast anything is.
        while labels.count < expected.count, (expected[max(0, labels.count - 1)].time ?? 0) < 3 || labels.isEmpty {
            microphone.write(samples[written..<written + rate / 40])
            written += rate / 40
            guard try #require(expected[labels.count].time) <= Double(written) / Double(rate) else { continue }
            var line = try #require(run.readLine())
            while line.hasSuffix(" on") || line.hasSuffix(" off") { line = try #require(run.readLine()) }
            labels.append(line)
        }
        // It stops by itself, at the first reading from 3 s on.
        #expect(run.finish() == 0, "\(run.standardError)")
        #expect(try labels.count >= 4 && labels == expected.prefix(labels.count).map(printed))
    }

    @Test func aCamera() throws {
        let golden = try GoldenImages(name: "llama-full-hidden")
        let model = try ConvertedModel(base: golden.baseFolder.path, adapter: golden.adapterFolder.path)
        let (width, height, count) = (24, 18, 6)
        let folder = try TemporaryFolder()
        var random = RandomNumbers(seed: 3)
        let frames = try folder.write(
            "frames", (0..<count * width * height * 3).map { _ in UInt8.random(in: 0...255, using: &random) })
        let raw = try Executable.tacit.run([
            "watch", model.path, "--input", frames, "--size", "\(width)x\(height)", "--format", "rgb24", "--json",
            "--top", "3",
        ])
        let expected = try ResultLine.lines(of: raw).filter { $0.type == "labels" }.map {
            try printed($0).drop { $0 != " " }
        }
        #expect(expected.count == count)
        let outcome = try Self.example("Camera").run(
            [model.path, StandInCamera.path],
            environment: StandInCamera.environment(
                frames: frames, formats: "RGB3:\(width)x\(height)@30", count: count))
        let seen = outcome.outputLines.filter { !$0.hasSuffix(" on") && !$0.hasSuffix(" off") }.map {
            $0.drop { $0 != " " }
        }
        // A frame may be dropped where the machine is slow; none may be anything else than its own.
        #expect(!seen.isEmpty && seen.allSatisfy { expected.contains($0) })
        // The camera went away, and the program said so.
        #expect(outcome.status == 75 && outcome.standardError.contains("lost"))
    }

    /// One line on standard error, none on standard output, and the status that the command has.
    @Test(arguments: ["Microphone", "Camera", "File", "Embedding"])
    func whatCanNotBe(name: String) throws {
        let usage = try Self.example(name).run([])
        #expect(usage.status == 64 && usage.output.isEmpty)
        #expect(usage.standardError.hasPrefix("usage: \(name.lowercased()) MODEL.gguf"))
        // Of the four only this one has two files to compare.
        let rest = name == "Embedding" ? ["a.wav", "b.wav"] : ["a.wav"]
        let broken = try Self.example(name).run(["/nowhere.gguf"] + rest)
        #expect(broken.status == 66 && broken.output.isEmpty)
        #expect(broken.standardError.hasPrefix("/nowhere.gguf: "))
        #expect(broken.standardError.split(separator: "\n").count == 1)
    }
}
