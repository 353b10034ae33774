import Foundation
import TacitTestSupport
import Testing

/// `listen` on a microphone, through libasound.
@Suite struct ListenMicrophoneTests {
    private static let periodsPerSecond = 40

    /// Readings only: no event turns on within a day.
    private static let options = ["--logits", "--hop", "0.05", "--on-after", "86400"]

    /// The lines of a run that hears these samples and is then stopped. Each reading is waited for before more is
    /// written, so that nothing depends on how fast anything is.
    private func listen(
        _ model: ConvertedModel, _ samples: [Int16], rate: Int, at48: Bool = false, readings times: [Double]
    ) throws -> [ResultLine] {
        let microphone = try PipeMicrophone()
        let run = try LiveRun(
            .tacit,
            ["listen", model.path, "--device", at48 ? microphone.deviceAt48 : microphone.device, "--json"]
                + Self.options, environment: microphone.environment)
        #expect(microphone.connect { run.isRunning })
        var lines: [String] = []
        var written = 0
        while written < samples.count {
            let end = written + rate / Self.periodsPerSecond
            microphone.write(samples[written..<end])
            written = end
            // Resampling wants some more samples than a reading ends at.
            while lines.count < times.count, times[lines.count] + (at48 ? 0.2 : 0) <= Double(written) / Double(rate) {
                lines.append(try #require(run.readLine()))
            }
        }
        run.send(signal: SIGTERM)
        #expect(run.finish() == 0)
        #expect(run.standardError.split(separator: "\n").count == 1)
        #expect(run.standardError.contains("S16_LE, 1 channel, \(rate) Hz"))
        return try ResultLine.lines(lines)
    }

    private func samples(rate: Int) -> [Int16] { Sounds.glide(samples: 120 * (rate / Self.periodsPerSecond)) }

    private func readings(_ model: ConvertedModel, _ samples: [Int16], rate: Int) throws -> [ResultLine] {
        let wave = try model.folder.write("a.wav", WaveFile.bytes(samples, rate: UInt32(rate)))
        let outcome = try Executable.tacit.run(["listen", model.path, "--input", wave, "--json"] + Self.options)
        return try ResultLine.lines(of: outcome)
    }

    private func expectSame(_ heard: [ResultLine], _ expected: [ResultLine]) {
        #expect(heard.count > 40)
        for (line, reference) in zip(heard, expected) {
            #expect(line.time == reference.time)
            #expect(line.span == reference.span)
            #expect(line.logits?.map(\.bitPattern) == reference.logits?.map(\.bitPattern))
        }
    }

    /// The same samples from the file and through libasound give the same scores to the last bit.
    @Test(arguments: ["llama-plain", "gpt2-sliding", "gpt2-odd-logmel", "gpt2-full-hidden", "llama-wide-heads-full"])
    func sameScoresAsFromAFile(name: String) throws {
        let golden = try GoldenCase(name: name)
        let model = try ConvertedModel(golden)
        let samples = samples(rate: golden.sampleRate)
        let expected = try readings(model, samples, rate: golden.sampleRate)
        let heard = try listen(model, samples, rate: golden.sampleRate, readings: expected.compactMap(\.time))
        #expect(heard.count == expected.count)
        expectSame(heard, expected)
    }

    /// A device at another rate goes through the same resampler as a file does.
    @Test func anotherRateIsResampledAsAFilesIs() throws {
        let golden = try GoldenCase(name: "llama-plain")
        let model = try ConvertedModel(golden)
        let samples = samples(rate: 48_000)
        let expected = try readings(model, samples, rate: 48_000)
        expectSame(
            try listen(model, samples, rate: 48_000, at48: true, readings: expected.compactMap(\.time)), expected)
    }

    @Test(arguments: [
        (["--device", "no-such-microphone"], 69, "no-such-microphone: no such microphone"),
        (["--device", "hw:31,0"], 69, "hw:31,0: no such microphone"),
        (["--device", "usb-0000:00:00.0-9"], 69, "usb-0000:00:00.0-9: no such microphone"),
        (["--device", "no-such-microphone", "--wait", "0.3"], 69, "no-such-microphone: no such microphone"),
        (["--device", ""], 64, "a device's name"), (["--device", "a b"], 64, "a b: a device's name"),
        (["--device", "hw:0", "--input", "-"], 64, "don't go with --input"),
        (["--wait", "3", "--input", "-"], 64, "don't go with --input"),
        (["--wait=-1"], 64, "--wait must not be negative"),
        (["--wait-lost", "nan"], 64, "--wait-lost"), (["--device", "hw:0", "--realtime"], 64, "--realtime"),
        (["--device", "hw:0", "--rate", "8000"], 64, "--rate"),
    ])
    func whatCannotBeHeardSaysSo(arguments: [String], status: Int, text: String) throws {
        let model = try ConvertedModel(try GoldenCase(name: "llama-plain"))
        let outcome = try Executable.tacit.run(["listen", model.path] + arguments)
        #expect(outcome.status == Int32(status))
        #expect(outcome.standardError.contains(text))
        #expect(outcome.output.isEmpty)
        // One line; one more, before, that it is waited for.
        if status == 69 { #expect(outcome.errorLines.count == (arguments.contains("--wait") ? 2 : 1)) }
    }

    /// Whatever cards there are: one object a line, with a kind, a name, an id and formats.
    @Test func devicesAreListed() throws {
        struct Device: Decodable {
            let kind: String
            let name: String
            let id: String
            let formats: [String]
        }
        let outcome = try Executable.tacit.run(["devices", "--json"])
        #expect(outcome.status == 0)
        // Where there is none, a line says so.
        if outcome.outputLines.isEmpty { #expect(outcome.errorLines.count == 1) }
        for line in outcome.outputLines {
            let device = try JSONDecoder().decode(Device.self, from: Data(line.utf8))
            #expect(["microphone", "camera"].contains(device.kind))
            #expect(!device.id.isEmpty)
        }
        let plain = try Executable.tacit.run(["devices"])
        #expect(plain.status == 0)
        #expect(plain.outputLines.isEmpty == outcome.outputLines.isEmpty)
    }
}
