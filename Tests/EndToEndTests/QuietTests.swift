import Foundation
import TacitTestSupport
import Testing

/// With nothing to hear, the default model of sound tells of no event: a minute each of silence, hiss and hum.
@Suite struct QuietTests {
    private static let model = TestPaths.package.appendingPathComponent("models/sound.gguf").path
    private static let rate = 16_000
    private static let seconds = 60

    enum Sound: String, CaseIterable, Sendable {
        case silence, white, pink, hum
    }

    /// Samples of that kind, with a root mean square of `level` decibels below full scale.
    private static func samples(_ sound: Sound, level: Double) -> [Int16] {
        var random = RandomNumbers(seed: 7)
        let count = rate * seconds
        var values: [Double]
        switch sound {
        case .silence:
            return [Int16](repeating: 0, count: count)
        case .white:
            values = (0..<count).map { _ in Double.random(in: -1...1, using: &random) }
        case .pink:
            // Voss and McCartney: row r is drawn anew every 2^r samples.
            var rows = (0..<16).map { _ in Double.random(in: -1...1, using: &random) }
            values = (0..<count).map { index in
                let row = min((index + 1).trailingZeroBitCount, rows.count - 1)
                rows[row] = Double.random(in: -1...1, using: &random)
                return rows.reduce(0, +) + Double.random(in: -1...1, using: &random)
            }
        case .hum:
            // 50 Hz and what a rectifier makes of it.
            values = (0..<count).map { index in
                let angle = 2 * Double.pi * 50 * Double(index) / Double(rate)
                return sin(angle) + 0.4 * sin(2 * angle + 1) + 0.2 * sin(3 * angle + 2) + 0.1 * sin(5 * angle)
            }
        }
        let power = values.reduce(0) { $0 + $1 * $1 } / Double(count)
        let gain = pow(10, level / 20) * 32768 / power.squareRoot()
        return values.map { Int16(clamping: Int(($0 * gain).rounded())) }
    }

    @Test(
        .enabled(if: TestPaths.hasModel("sound.gguf"), "models/ is empty"), arguments: Sound.allCases,
        [-70.0, -50, -30, -15])
    func noEvent(sound: Sound, level: Double) throws {
        let outcome = try Executable.tacit.run(
            ["listen", Self.model, "--input", "-", "--json"], input: Sounds.raw(Self.samples(sound, level: level)))
        #expect(outcome.status == 0)
        let lines = outcome.outputLines
        #expect(lines.filter(isOfLabels).count > 50)
        let events = lines.filter { $0.contains("\"type\":\"event\"") }
        #expect(events.isEmpty, "\(sound.rawValue) at \(level) dB: \(events.first ?? "")")
    }
}
