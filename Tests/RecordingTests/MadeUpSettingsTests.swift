import Foundation
import TacitTestSupport
import Testing

/// Recordings whose settings are anything at all, with checksums that are right: the program says what is wrong, if
/// anything is, and never more than that.
@Suite struct MadeUpSettingsTests {
    @Test func noSettingsCrashTheProgram() throws {
        let golden = try GoldenCase(name: "llama-plain")
        let model = try ConvertedModel(golden)
        let recording = model.folder.path("a.rec")
        let recorded = try Executable.tacit.run(
            ["record", model.path, recording, "--json", "--input", "-", "--raw", "--name", "here", "--gate", "-60"],
            input: Sounds.raw(Sounds.glide(samples: 2 * golden.sampleRate)))
        #expect(recorded.status == 0, "\(recorded.standardError)")
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: recording)))
        let settings = try #require(Chunks.starts(bytes).first)
        var random = RandomNumbers(seed: 21)
        var refused = 0
        for _ in 0..<150 {
            var spoilt = bytes
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: settings.lowerBound + 8..<settings.upperBound - 4, using: &random)
                let width = min([1, 4, 8][Int.random(in: 0...2, using: &random)], settings.upperBound - 4 - place)
                let values: [UInt64] = [
                    0, .max, 1, 1 << 63, Double.greatestFiniteMagnitude.bitPattern, Double.nan.bitPattern,
                    UInt64(Float.nan.bitPattern), (1e-9).bitPattern, UInt64.random(in: 0 ... .max, using: &random),
                ]
                withUnsafeBytes(of: values[Int.random(in: 0..<values.count, using: &random)]) {
                    for index in 0..<width { spoilt[place + index] = $0[index] }
                }
            }
            Chunks.sign(&spoilt, settings)
            let path = try model.folder.write("spoilt.rec", spoilt)
            let outcome = try Executable.tacit.run(["replay", model.path, path, "--json"], limit: 60)
            #expect(outcome.status == 0 || outcome.status == 65, "\(outcome.standardError)")
            if outcome.status == 65 {
                refused += 1
                #expect(
                    outcome.errorLines.count == 1 && outcome.standardError.contains(path), "\(outcome.standardError)")
            }
        }
        #expect(refused > 50)
    }
}
