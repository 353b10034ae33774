import Foundation
import TacitTestSupport
import Testing

/// A gate leaves out what is quiet and changes nothing of what is loud.
@Suite struct GateTests {
    /// Seconds of sound, of silence and of sound again.
    private static let (loud, quiet) = (3, 6)
    private static let options = ["--json", "--logits", "--hop", "0.5", "--input", "-", "--raw"]

    private func sound(_ golden: GoldenCase) -> [UInt8] {
        let part = Sounds.glide(samples: Self.loud * golden.sampleRate)
        return Sounds.raw(part + [Int16](repeating: 0, count: Self.quiet * golden.sampleRate) + part)
    }

    @Test(arguments: GoldenCase.all)
    func whatIsLoudHasTheSameBits(golden: GoldenCase) throws {
        let model = try ConvertedModel(golden)
        func lines(_ more: [String]) throws -> [String] {
            let outcome = try Executable.tacit.run(
                ["listen", model.path, "--on-after", "86400"] + Self.options + more, input: sound(golden))
            #expect(outcome.status == 0 && outcome.errorLines.isEmpty, "\(outcome.standardError)")
            return outcome.outputLines
        }
        let open = try lines([])
        let gated = try lines(["--gate", "-40"])
        // A block with a part of a sound in it is loud, at its end; behind the last one there is a second of hold.
        let rate = golden.sampleRate
        let block = Int((0.05 * Double(rate)).rounded())
        let begin = Double(block) / Double(rate)
        let from = Double((Self.loud * rate + block - 1) / block * block + rate) / Double(rate)
        let to = Double(((Self.loud + Self.quiet) * rate / block + 1) * block) / Double(rate)
        let times = try ResultLine.lines(open).map { try #require($0.time) }
        let wanted = zip(open, times).filter {
            $1 > begin - 1e-9 && $1 < from - 1e-9 || $1 > to - 1e-9
        }.map(\.0)
        #expect(wanted.count > 2 && wanted.count < open.count)
        let isEndless = try Executable.tacit.run(["show", model.path]).standardOutput.contains("sliding")
        guard isEndless else { return #expect(gated.map(withoutClocks) == wanted.map(withoutClocks)) }
        // An endless context was left alone for longer than a window, and begins anew: at the start as well, where
        // windows are shorter than the first block.
        #expect(try ResultLine.lines(gated).map(\.time) == ResultLine.lines(wanted).map(\.time))
        let before = times.count { $0 > begin - 1e-9 && $0 < from - 1e-9 }
        for stretch in [gated.prefix(before), gated.dropFirst(before)] {
            let start = try #require(try ResultLine.lines(Array(stretch)).first?.span?.first) * Double(rate)
            let fresh = try Executable.tacit.run(
                ["listen", model.path, "--on-after", "86400"] + Self.options,
                input: Array(sound(golden).dropFirst(2 * Int(start.rounded()))))
            let expected = fresh.outputLines.prefix(stretch.count).map { arrayText("logits", in: $0) }
            #expect(expected == stretch.map { arrayText("logits", in: $0) })
        }
    }

    @Test func eventsTurnOffByTheirOwnRules() throws {
        let golden = try GoldenCase(name: "llama-plain")
        let model = try ConvertedModel(golden)
        func events(_ more: [String]) throws -> [ResultLine] {
            let outcome = try Executable.tacit.run(
                ["listen", model.path, "--gate", "-40", "--threshold", "0.001"] + Self.options + more,
                input: sound(golden))
            return try ResultLine.lines(of: outcome).filter { $0.type == "event" }
        }
        for (options, wait) in [([], 0.0), (["--off-after", "2"], 2.0)] {
            let events = try events(options)
            let ended = events.filter { $0.state == "off" && ($0.time ?? 0) < Double(Self.loud + Self.quiet) }
            #expect(!ended.isEmpty)
            #expect(ended.allSatisfy { $0.score == 0 })
            let (first, last) = (Double(Self.loud) + 1 + wait, Double(Self.loud) + 1.5 + wait)
            #expect(ended.allSatisfy { (first...last + 1e-9).contains($0.time ?? 0) }, "\(ended.map(\.time))")
            // The second sound turns them on again, and the end off.
            #expect(events.count { $0.state == "on" } == events.count { $0.state == "off" })
            #expect(events.contains { $0.state == "on" && ($0.time ?? 0) > Double(Self.loud + Self.quiet) })
        }
    }

    @Test func silenceHasNoLinesAndIsNoTrouble() throws {
        let golden = try GoldenCase(name: "llama-plain")
        let model = try ConvertedModel(golden)
        let outcome = try Executable.tacit.run(
            ["listen", model.path, "--gate", "-90"] + Self.options,
            input: [UInt8](repeating: 0, count: 20 * golden.sampleRate))
        #expect(outcome.status == 0 && outcome.output.isEmpty && outcome.errors.isEmpty, "\(outcome.standardError)")
    }
}
