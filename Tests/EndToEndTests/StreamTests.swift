import TacitTestSupport
import Testing

/// The same samples give the same bits, whether they come from a file at once, from a file as a stream, or raw.
@Suite struct StreamTests {
    /// A golden case, and hops in strides: nil for each command's default.
    static let cases: [(String, [Double?])] = [
        ("gpt2-plain", [nil, 1, 2.4, 9]), ("llama-plain", [1, 3, 40]), ("gpt2-odd-logmel", [nil, 1, 4]),
        ("llama-grouped-logmel", [1, 7]), ("gpt2-full-hidden", [1, 5]), ("gpt2-sliding", [nil, 1, 5]),
        ("llama-sliding", [1, 2, 11, 30]), ("llama-sliding-last-logmel", [1, 3.4]),
    ]

    @Test(arguments: cases)
    func filesAndStreamsAgree(name: String, hops: [Double?]) throws {
        let golden = try GoldenCase(name: name)
        let model = try ConvertedModel(golden, weights: "int8")
        let input = try ModelInput(model.path)
        // Five windows, and a tail that is no whole stride.
        let samples = Sounds.glide(samples: 5 * input.windowSamples + input.strideSamples / 2 + 1)
        let path = try model.folder.write("long.wav", WaveFile.bytes(samples, rate: UInt32(golden.sampleRate)))

        for hop in hops {
            let seconds = hop.map { $0 * Double(input.strideSamples) / Double(golden.sampleRate) }
            let option = seconds.map { ["--hop", "\($0)"] } ?? []
            // Its default is one window; what `listen` takes by itself is one second.
            let classifyOption = seconds == nil ? ["--hop", "1"] : option
            func lines(_ arguments: [String], input: [UInt8] = []) throws -> [String] {
                let common = ["--json", "--logits", "--top", "0"]
                let outcome = try Executable.tacit.run(arguments + common, input: input)
                #expect(outcome.status == 0, "\(outcome.standardError)")
                return outcome.outputLines
            }
            let classified = try lines(["classify", model.path, path, "--windows"] + classifyOption)
            let heard = try lines(["listen", model.path, "--input", path] + option)
            let raw = try lines(["listen", model.path, "--input", "-"] + option, input: Sounds.raw(samples))
            // Events too.
            #expect(heard.map(withoutClocks) == raw.map(withoutClocks), "\(name), hop \(hop ?? 0)")

            let windows = heard.filter(isOfLabels)
            #expect(!windows.isEmpty || hop == nil)
            // A file has one window more if the last full one ends before the last whole patch.
            #expect(classified.count - windows.count == 0 || classified.count - windows.count == 1)
            for (file, stream) in zip(classified, windows) {
                for key in ["span", "labels", "logits"] {
                    let found = arrayText(key, in: stream)
                    #expect(found != nil)
                    #expect(found == arrayText(key, in: file), "\(name), hop \(hop ?? 0), \(key)")
                }
            }
        }
    }

    @Test(arguments: ["llama-plain", "gpt2-sliding"])
    func channelsAreAveragedAlike(name: String) throws {
        let golden = try GoldenCase(name: name)
        let model = try ConvertedModel(golden)
        let input = try ModelInput(model.path)
        let samples = Sounds.glide(samples: 6 * input.windowSamples)
        let path = try model.folder.write(
            "three.wav", WaveFile.bytes(samples, rate: UInt32(golden.sampleRate), channels: 3))
        let options = ["--json", "--logits", "--hop", "\(Double(input.windowSamples) / Double(golden.sampleRate))"]
        let file = try Executable.tacit.run(["listen", model.path, "--input", path] + options)
        let raw = try Executable.tacit.run(
            ["listen", model.path, "--input", "-", "--channels", "3"] + options, input: Sounds.raw(samples))
        #expect(file.outputLines.count >= 2)
        #expect(file.outputLines.map(withoutClocks) == raw.outputLines.map(withoutClocks))
    }

    @Test func linesAreAsPromised() throws {
        let golden = try GoldenCase(name: "llama-plain")
        let model = try ConvertedModel(golden)
        let input = try ModelInput(model.path)
        let samples = Sounds.glide(samples: 3 * input.windowSamples)
        let hop = Double(input.windowSamples) / Double(golden.sampleRate)
        let outcome = try Executable.tacit.run(
            ["listen", model.path, "--input", "-", "--json", "--hop", "\(hop)"], input: Sounds.raw(samples))
        let lines = try ResultLine.lines(outcome.outputLines.filter(isOfLabels))
        #expect(lines.count >= 2)
        for (index, line) in lines.enumerated() {
            let span = try #require(line.span)
            #expect(line.time == span[1])
            #expect(abs(span[1] - span[0] - Double(input.windowSamples) / Double(golden.sampleRate)) < 1e-8)
            #expect(index == 0 ? span[0] == 0 : span[0] > 0)
            #expect(
                try #require(line.wall).wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)/)
                    != nil)
            #expect(line.inferenceMs != nil)
            #expect(line.logits == nil)
        }
    }

    @Test func whatIsTooShortIsNoError() throws {
        let golden = try GoldenCase(name: "llama-plain")
        let model = try ConvertedModel(golden)
        let input = try ModelInput(model.path)
        let short = Sounds.glide(samples: input.windowSamples - 1)
        for samples in [[], short] {
            let outcome = try Executable.tacit.run(
                ["listen", model.path, "--input", "-", "--json"], input: Sounds.raw(samples))
            #expect(outcome.status == 0)
            #expect(outcome.output.isEmpty)
            #expect(outcome.errorLines.count == 1)
        }
        // A last byte of half a sample is passed over.
        let whole = Sounds.raw(Sounds.glide(samples: input.windowSamples))
        let outcome = try Executable.tacit.run(
            ["listen", model.path, "--input", "-", "--json"], input: whole + [7])
        #expect(outcome.status == 0)
        #expect(outcome.outputLines.filter(isOfLabels).count == 1)
    }
}
