import Foundation
import TacitTestSupport
import Testing

/// Events of `listen`, as a program that reads them sees them.
@Suite struct EventTests {
    private let golden: GoldenCase
    private let model: ConvertedModel
    private let input: ModelInput
    private let samples: [Int16]
    private let sound: String

    init() throws {
        golden = try GoldenCase(name: "gpt2-sliding")
        model = try ConvertedModel(golden)
        input = try ModelInput(model.path)
        samples = Sounds.glide(samples: 8000)
        sound = try model.folder.write("a.wav", WaveFile.bytes(samples, rate: UInt32(golden.sampleRate)))
    }

    private var thresholds: [Float] { [0.3, 0.38, 0.46, 0.54, 0.62] }
    private var stride: Double { Double(input.strideSamples) / Double(golden.sampleRate) }

    private func listen(_ arguments: [String], from source: String? = nil, input: [UInt8] = []) throws
        -> Executable.Outcome
    {
        try Executable.tacit.run(
            ["listen", model.path, "--input", source ?? sound, "--hop", "\(stride)"] + arguments, input: input)
    }

    /// What events there must be, from the labels' own lines and nothing else.
    private func expected(
        _ lines: [ResultLine], thresholds: [Float], smooth: Double, onAfter: Double, offAfter: Double, offBelow: Double
    ) throws -> [String] {
        var events: [String] = []
        var on = Set<String>()
        var since: [String: Double] = [:]
        var past: [(time: Double, scores: [Float?])] = []
        let end = Double(samples.count) / Double(golden.sampleRate)
        var smoothed: [Float] = []
        for line in lines {
            let time = try #require(line.time)
            past.append((time, line.scores(of: golden.labels)))
            past.removeAll { $0.time <= time - smooth + 1e-9 && $0.time != time }
            smoothed = golden.labels.indices.map { label in
                Float(past.reduce(0.0) { $0 + Double($1.scores[label] ?? .nan) } / Double(past.count))
            }
            for (label, name) in golden.labels.enumerated() {
                let isOn = on.contains(name)
                let level = isOn ? thresholds[label] * Float(offBelow) : thresholds[label]
                guard isOn != (smoothed[label] >= level) else {
                    since[name] = nil
                    continue
                }
                let begun = since[name] ?? time
                since[name] = begun
                guard time - begun >= (isOn ? offAfter : onAfter) - 1e-9 else { continue }
                events.append("\(isOn ? "off" : "on") \(name) \(time) \(smoothed[label])")
                if isOn { on.remove(name) } else { on.insert(name) }
                since[name] = nil
            }
        }
        for (label, name) in golden.labels.enumerated() where on.contains(name) {
            events.append("off \(name) \(end) \(smoothed[label])")
        }
        return events
    }

    private func events(_ lines: [ResultLine]) -> [String] {
        lines.filter { $0.type == "event" }
            .map { "\($0.state ?? "") \($0.label ?? "") \($0.time ?? -1) \($0.score ?? -1)" }
    }

    @Test(arguments: [
        (0.0, 0.0, 0.0, 0.8, Float?.none), (9, 0, 0, 0.8, nil), (0, 2, 3, 0.95, nil), (4, 1, 5, 1, nil),
        (3, 0, 0, 0.9, 0.5), (0, 40, 0, 0.8, nil),
    ])
    func followTheirDefinition(
        smooth: Double, onAfter: Double, offAfter: Double, offBelow: Double, threshold: Float?
    ) throws {
        // In strides, at which windows follow one another here.
        let times = [smooth, onAfter, offAfter].map { $0 * stride }
        let outcome = try listen(
            [
                "--json", "--top", "0", "--smooth", "\(times[0])", "--on-after", "\(times[1])", "--off-after",
                "\(times[2])", "--off-below", "\(offBelow)",
            ] + (threshold.map { ["--threshold", "\($0)"] } ?? []))
        #expect(outcome.status == 0, "\(outcome.standardError)")
        let lines = try ResultLine.lines(of: outcome)
        let wanted = try expected(
            lines.filter { $0.type == "labels" },
            thresholds: threshold.map { Array(repeating: $0, count: 5) } ?? thresholds,
            smooth: times[0], onAfter: times[1], offAfter: times[2], offBelow: offBelow)
        #expect(events(lines) == wanted)
        #expect(!wanted.isEmpty)
        // Each comes behind the reading that decided it; times never go back.
        let moments = lines.compactMap(\.time)
        #expect(moments.count == lines.count && moments == moments.sorted())
        for line in lines where line.type == "event" { #expect(line.wall != nil) }
    }

    @Test func areTheSameFromEverySource() throws {
        let options = ["--json", "--smooth", "\(3 * stride)", "--on-after", "\(stride)"]
        let file = try listen(options).outputLines.map(withoutClocks)
        let raw = try listen(options, from: "-", input: Sounds.raw(samples)).outputLines.map(withoutClocks)
        let paced = try listen(options + ["--realtime"]).outputLines.map(withoutClocks)
        #expect(file == raw)
        #expect(file == paced)
        #expect(file.contains { $0.contains("\"state\":\"off\"") })
    }

    @Test func onlyTheLabelsAskedFor() throws {
        let all = try ResultLine.lines(of: try listen(["--json"]))
        let heard = Set(all.filter { $0.type == "event" }.compactMap(\.label))
        #expect(heard.count >= 2)
        let one = try #require(heard.min())
        for (arguments, wanted) in [
            (["--only", one], [one]), (["--except", heard.sorted().dropFirst().joined(separator: ",")], [one]),
            (
                ["--only", "\(one),\(golden.labels[0])", "--except", golden.labels[0]].filter { _ in
                    one != golden.labels[0]
                }, [one]
            ),
        ] where !arguments.isEmpty {
            let lines = try ResultLine.lines(of: try listen(["--json", "--top", "0"] + arguments))
            #expect(Set(lines.filter { $0.type == "event" }.compactMap(\.label)) == Set(wanted))
            // And what they say does not depend on what was left out.
            #expect(
                events(lines) == events(all).filter { $0.split(separator: " ", maxSplits: 1)[1].hasPrefix(one + " ") })
            let shown = Set(lines.flatMap { $0.labels ?? [] }.map(\.label))
            #expect(shown.contains(one))
            #expect(
                shown.isSubset(
                    of: arguments[0] == "--only" ? [one] : Set(golden.labels).subtracting(heard.subtracting([one]))))
        }
    }

    @Test func plainLinesTellToo() throws {
        let json = try ResultLine.lines(of: try listen(["--json"])).filter { $0.type == "event" }
        let plain = try listen([]).outputLines.filter { $0.contains("  event ") }
        #expect(plain.count == json.count)
        for (line, event) in zip(plain, json) {
            #expect(line.contains(event.state == "on" ? "  event on   " : "  event off  "))
            #expect(try line.contains(#require(event.label)))
        }
    }

    @Test(arguments: [
        (["--only", "no such label"], "no label 'no such label'"), (["--except", "x"], "no label 'x'"),
        (["--smooth=-1"], "smoothing"), (["--smooth", "nan"], "smoothing"), (["--smooth", "1e9"], "smoothing"),
        (["--smooth", "600000", "--hop", "0.01"], "a longer hop makes fewer"), (["--on-after=-0.5"], "wait before on"),
        (["--on-after", "inf"], "wait before on"), (["--off-after", "700000"], "wait before off"),
        (["--off-below", "0"], "never turn off"), (["--off-below", "1.01"], "at most 1"),
        (["--off-below", "nan"], "never turn off"), (["--threshold", "0"], "never turn off"),
        (["--threshold", "1.5"], "0 to 1"), (["--on-after", "soon"], "soon"),
    ])
    func whatCanNotBeIsRefused(arguments: [String], reason: String) throws {
        // Of an input that never ends: refused at the start, not where the trouble shows.
        let outcome = try Executable.shell.run(
            [
                "-c", "exec \"$@\" </dev/zero", "sh", Executable.tacit.path, "listen", model.path, "--input", "-",
                "--json",
            ]
                + arguments)
        #expect(outcome.status == 64)
        #expect(outcome.output.isEmpty)
        #expect(outcome.standardError.contains(reason), "\(outcome.standardError)")
    }

    @Test func nothingLeftIsRefused() throws {
        let outcome = try listen(["--except", golden.labels.joined(separator: ",")])
        #expect(outcome.status == 64)
        #expect(outcome.errorLines.count == 1)
        #expect(outcome.standardError.contains("no label is left: --only and --except leave none"))
        let near = try listen(["--only", String(golden.labels[0].dropLast()) + "x"])
        #expect(near.status == 64)
        #expect(near.standardError.contains("perhaps"))
        #expect(near.standardError.contains("'\(golden.labels[0])'"))
    }
}
