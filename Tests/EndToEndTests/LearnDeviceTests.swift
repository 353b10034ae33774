import Foundation
import TacitTestSupport
import Testing

/// Examples as they come from a microphone.
@Suite struct LearnDeviceTests: TeachesLabels {
    let place: TeachingPlace

    init() throws { place = try TeachingPlace() }

    private static let asked = ": now"
    private static let askedAgain = "unlike the others: once more"

    /// A tone, and a little noise of its own with each seed.
    private func tone(_ frequency: Double, _ seed: UInt64) -> [Int16] {
        zip(noise(seed), 0...).map { noise, index in
            Int16(9000 * sin(2 * .pi * frequency * Double(index) / Double(golden.sampleRate))) + noise / 30
        }
    }

    /// What `learn` says when it is given one of these each time that it asks for an example of 0.1 s.
    private func learn(_ arguments: [String], hearing examples: [[Int16]]) throws -> String {
        let microphone = try PipeMicrophone()
        let run = try LiveRun(
            .tacit,
            ["learn", model.path] + arguments
                + ["--device", microphone.device, "--seconds", "0.1", "--labels", labels],
            environment: microphone.environment)
        #expect(microphone.connect { run.isRunning })
        for (index, example) in examples.enumerated() {
            #expect(
                waitUntil {
                    !run.isRunning || run.standardError.components(separatedBy: Self.asked).count > index + 1
                })
            guard run.isRunning else { break }
            microphone.write(example)
        }
        #expect(run.finish() == 0)
        return run.standardError
    }

    /// A label that no noise is like, but one of its examples.
    private func teachBell() throws {
        let tones = try (1..<6).map { try sound("\($0).wav", tone(1000, $0)) }
        try learn(["bell"] + tones + [sound("odd.wav", noise(6))])
    }

    /// What is unlike the others is asked for three times more, and then it counts.
    @Test func whatStaysUnlikeTheOthersCounts() throws {
        try teachBell()
        let said = try learn(
            ["horn", "--examples", "4"],
            hearing: (10..<12).map { tone(300, $0) } + (12..<22).map { noise($0) })
        #expect(said.components(separatedBy: Self.askedAgain).count > 3, "\(said)")
        #expect(try learn(["--list"]).outputLines.last?.hasPrefix("horn  4 examples") == true)
    }

    /// A correction has no others that it could be like.
    @Test func aCorrectionIsAskedForOnce() throws {
        try teachBell()
        let said = try learn(["--not", "bell", "--examples", "4"], hearing: (10..<14).map { noise($0) })
        #expect(!said.contains(Self.askedAgain), "\(said)")
        #expect(try learn(["--list"]).standardOutput.hasPrefix("bell  6 examples, 4 corrections"))
    }

    /// Before there is a microphone, and somebody to be asked for examples that would be lost.
    @Test func nobodyIsAskedWhereNothingCanBeWritten() throws {
        let file = "/proc/my.labels"
        let outcome = try tried(["bell", "--device", "none"], file: file)
        #expect(outcome.status == 73 && outcome.errorLines.count == 1)
        #expect(outcome.standardError.hasPrefix("tacit: \(file): "), "\(outcome.standardError)")
    }
}
