import Foundation
import TacitTestSupport
import Testing

/// A sound that is far shorter than the model's window is heard where it is taught, in noise, and at once.
@Suite(.enabled(if: TestPaths.hasModel("sound.gguf"), "models/ is empty")) struct LearnShortSoundTests {
    private static let rate = 16_000
    private let model = TestPaths.package.appendingPathComponent("models/sound.gguf").path
    private let folder: TemporaryFolder
    private let labels: String

    init() throws {
        folder = try TemporaryFolder()
        labels = folder.path("my.labels")
    }

    /// Two strokes of a bell, a second and a half in all, as loud as `gain` has it.
    private static func bell(_ gain: Double) -> [Double] {
        (0..<rate * 3 / 2).map { index in
            [(0.0, 659.0), (0.5, 523.0)].reduce(0.0) { sum, stroke in
                let t = Double(index) / Double(rate) - stroke.0
                guard t >= 0 else { return sum }
                let partials = [(1.0, 1.0, 2.2), (2.01, 0.5, 3.5), (2.98, 0.35, 5), (4.1, 0.2, 8)]
                return sum
                    + partials.reduce(0.0) { $0 + $1.1 * exp(-$1.2 * t) * sin(2 * .pi * stroke.1 * $1.0 * t) }
            } * gain
        }
    }

    /// What a fan and a street leave of a room: noise without its highest frequencies.
    private static func room(seconds: Double, seed: UInt64) -> [Double] {
        var random = RandomNumbers(seed: seed)
        var level = 0.0
        return (0..<Int(seconds * Double(rate))).map { _ in
            level += 0.15 * (Double.random(in: -1...1, using: &random) - level)
            return 3000 * level
        }
    }

    private func write(_ samples: [Double], _ name: String) throws -> String {
        try folder.write(
            name,
            WaveFile.bytes(samples.map { Int16(max(-32_768, min(32_767, $0.rounded()))) }, rate: UInt32(Self.rate)))
    }

    private struct Event: Decodable, Equatable {
        var type: String
        var state: String?
        var label: String?
        var time: Double?
    }

    private func events(_ arguments: [String]) throws -> [Event] {
        let outcome = try Executable.tacit.run(arguments)
        try #require(outcome.status == 0, "\(outcome.standardError)")
        return try outcome.outputLines.map { try JSONDecoder().decode(Event.self, from: Data($0.utf8)) }
            .filter { $0.type == "event" && $0.label == "doorbell" }
    }

    @Test func aDoorbellIsToldOfEachTimeItRings() throws {
        func learn(_ arguments: [String]) throws {
            let outcome = try Executable.tacit.run(["learn", model] + arguments + ["--labels", labels])
            try #require(outcome.status == 0, "\(outcome.standardError)")
        }
        try learn(["--background"] + (0..<2).map { try write(Self.room(seconds: 6, seed: $0), "room-\($0).wav") })
        let silence = [Double](repeating: 0, count: Self.rate / 2)
        try learn(
            ["doorbell"]
                + [3000.0, 6000, 9000].enumerated().map { index, gain in
                    try write(silence + Self.bell(gain) + silence, "bell-\(index).wav")
                })
        var stream = Self.room(seconds: 60, seed: 9)
        let rings = [9.0, 20.3, 31.6, 42.9, 54.2]
        for ring in rings {
            for (index, sample) in Self.bell(1500).enumerated() {
                stream[Int(ring * Double(Self.rate)) + index] += sample
            }
        }
        let sound = try write(stream, "stream.wav")
        let options = ["--labels", labels, "--json", "--input", sound]
        let told = try events(["listen", model] + options)
        let on = told.filter { $0.state == "on" }.compactMap(\.time)
        #expect(on.count == rings.count)
        // Before it has been over for two seconds.
        for (time, ring) in zip(on, rings) { #expect((ring...ring + 3.5).contains(time), "\(ring): \(time)") }
        // An average that is asked for is everybody's: then the same bell is told of later, or not at all.
        let slow = try events(["listen", model, "--smooth", "4.5"] + options).filter { $0.state == "on" }
        #expect(slow.compactMap(\.time) != on)
        // Recorded, it is told of as it was, with either.
        for (index, more) in [[], ["--smooth", "4.5"]].enumerated() {
            let recording = folder.path("\(index).rec")
            let recorded = try events(["record", model] + options + more + [recording])
            #expect(try events(["replay", model, recording, "--json"]) == recorded)
            if more.isEmpty { #expect(recorded == told) }
        }
    }
}
