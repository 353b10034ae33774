import Foundation
import TacitTestSupport
import Testing

/// `eval` where learned labels stand among a model's own.
@Suite struct LearnedEvaluationTests: TeachesLabels {
    let place: TeachingPlace

    init() throws { place = try TeachingPlace() }

    private func tone(_ frequency: Double, seed: UInt64) -> [Int16] {
        zip(0..., noise(seed)).map { index, noise in
            Int16(9000 * sin(2 * .pi * frequency * Double(index) / Double(golden.sampleRate))) + noise / 32
        }
    }

    /// Of lines whose logits don't compare, for the model's own labels have a softmax: which label counts stands there.
    @Test func theAccuracyIsThatOfWhatIsSaid() throws {
        struct Line: Decodable {
            let truth: [String]
            let said: String
            let logits: [Float]
        }
        let own = golden.labels[0]
        try learn(["bell"] + (0..<3).map { try sound("\($0).wav", tone(1000, seed: $0)) })
        for (name, frequencies) in [("bell", [1000.0, 700, 300]), (own, [200, 1000, 2000])] {
            for (number, frequency) in frequencies.enumerated() {
                _ = try sound("mixed/\(name)/\(number).wav", tone(frequency, seed: 30 + UInt64(number)))
            }
        }
        let file = folder.path("predictions.jsonl")
        let outcome = try Executable.tacit.run([
            "eval", model.path, "--labels", labels, "--dataset", "folder:\(folder.path("mixed"))", "--predictions",
            file,
        ])
        let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map {
            try JSONDecoder().decode(Line.self, from: Data($0.utf8))
        }
        #expect(lines.count == 6 && lines.allSatisfy { $0.logits.count == golden.labels.count + 1 })
        #expect(lines.allSatisfy { ["bell", own].contains($0.said) })
        let right = lines.count { $0.truth == [$0.said] }
        #expect(right > 0 && right < 6, "the case stages nothing")
        #expect(outcome.standardOutput.contains(" (\(right) right)"), "\(outcome.standardOutput)")
    }
}
