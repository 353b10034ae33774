import Foundation
import TacitTestSupport
import Testing

/// When nothing happens nothing is to be said: what a tagger says of the place is held back there, and there alone.
@Suite(.enabled(if: TestPaths.hasModel("sound.gguf"), "models/ is empty")) struct LearnBackgroundTests {
    private let folder: TemporaryFolder
    private let labels: String
    private let model = TestPaths.package.appendingPathComponent("models/sound.gguf").path

    init() throws {
        folder = try TemporaryFolder()
        labels = folder.path("my.labels")
    }

    /// Plucked notes of two chords, four a second, over and over, as a neighbour's radio may have them.
    private func melody(seconds: Double, from start: Double, _ name: String) throws -> String {
        let notes = [60, 64, 67, 72, 67, 64, 62, 65, 69, 74, 69, 65]
        let samples = (0..<Int(16000 * seconds)).map { index in
            let beat = (start + Double(index) / 16000) * 4
            let (number, since) = (Int(beat), beat - beat.rounded(.down))
            let frequency = 440 * pow(2, Double(notes[number % notes.count] - 69) / 12)
            let tone = (1...6).reduce(0) { $0 + sin(2 * .pi * frequency * Double($1) * since / 4) / Double($1) }
            return Int16(6000 * exp(-3 * since) * tone)
        }
        return try folder.write(name, WaveFile.bytes(samples, rate: 16000))
    }

    /// Labels that turn on.
    private func said(_ path: String, _ options: [String] = []) throws -> [String] {
        let outcome = try Executable.tacit.run(["listen", model, "--input", path, "--json"] + options)
        try #require(outcome.status == 0, "\(outcome.standardError)")
        struct Line: Decodable {
            var type: String
            var state: String?
            var label: String?
        }
        return try outcome.outputLines.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
            .filter { $0.type == "event" && $0.state == "on" }.compactMap(\.label)
    }

    private func learn(_ arguments: [String]) throws -> Executable.Outcome {
        let outcome = try Executable.tacit.run(["learn", model] + arguments + ["--labels", labels])
        try #require(outcome.status == 0, "\(outcome.standardError)")
        return outcome
    }

    @Test func whatIsSaidOfThePlaceIsHeldBack() throws {
        let place = try melody(seconds: 15, from: 0, "place.wav")
        let later = try melody(seconds: 15, from: 100.3, "later.wav")
        let heard = try said(later)
        let label = try #require(heard.first)
        #expect(heard == [label])
        let outcome = try learn(["--background", place])
        #expect(outcome.outputLines.last == "held back where it is as in the background: \(label)")
        #expect(try said(later, ["--labels", labels]).isEmpty)
        // Nobody corrected it, so there is nothing to list.
        #expect(try learn(["--list", "--json"]).outputLines.isEmpty)
        // It is said again once that is forgotten, and by a newer model's file held back as before.
        _ = try learn(["--renew"])
        #expect(try said(later, ["--labels", labels]).isEmpty)
        _ = try learn(["--forget", label])
        #expect(try said(later, ["--labels", labels]) == [label])
    }

    /// A label that was never said of the place has the same bits as without it.
    @Test func allOtherLabelsAreAsTheyWere() throws {
        let place = try melody(seconds: 15, from: 0, "place.wav")
        let label = try #require(try said(place).first)
        _ = try learn(["--background", place])
        var random = RandomNumbers(seed: 4)
        let noise = (0..<16000 * 6).map { _ in Int16.random(in: -9000...9000, using: &random) }
        let path = try folder.write("noise.wav", WaveFile.bytes(noise, rate: 16000))
        func scores(_ options: [String]) throws -> [String: Double] {
            let outcome = try Executable.tacit.run(["classify", model, path, "--json", "--top", "60"] + options)
            let line = try JSONSerialization.jsonObject(with: Data(try #require(outcome.outputLines.first).utf8))
            let ranked = ((line as? [String: Any])?["labels"] as? [[String: Any]]) ?? []
            return Dictionary(
                uniqueKeysWithValues: ranked.compactMap { label in
                    (label["label"] as? String).flatMap { name in (label["score"] as? Double).map { (name, $0) } }
                })
        }
        let (before, after) = (try scores([]), try scores(["--labels", labels]))
        #expect(before.count == 52)
        #expect(before.filter { $0.key != label } == after.filter { $0.key != label })
    }
}
