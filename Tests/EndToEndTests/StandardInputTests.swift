import Foundation
import TacitTestSupport
import Testing

/// A sound is the same wherever it comes from.
@Suite(.enabled(if: TestPaths.hasModel("sound.gguf"), "models/ is empty"))
struct StandardInputTests {
    private let folder: TemporaryFolder
    private let model = TestPaths.package.appendingPathComponent("models/sound.gguf").path

    init() throws { folder = try TemporaryFolder() }

    /// The scores of each full window.
    private func scores(_ arguments: [String], input: [UInt8] = []) throws -> [[Double]] {
        let outcome = try Executable.tacit.run(arguments + ["--json", "--logits", "--top", "1"], input: input)
        #expect(outcome.status == 0, "\(outcome.standardError)")
        return try outcome.outputLines.compactMap { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return object?["logits"] as? [Double]
        }
    }

    @Test func aWaveIsTheSameEverywhere() throws {
        // A whole number of steps of one second, so that no shorter window is left over.
        let bytes = WaveFile.bytes(Sounds.glide(samples: 16_000 * 12), rate: 16_000)
        let path = try folder.write("a.wav", bytes)
        try compare(path, bytes)
    }

    @Test(
        .enabled(if: FFmpeg.isThere, "ffmpeg is not installed"),
        arguments: [
            ["-c:a", "flac", "a.flac"], ["-ar", "44100", "-ac", "2", "a.wav"], ["-c:a", "libvorbis", "a.ogg"],
            ["-c:a", "libopus", "a.opus"],
            ["-ar", "8000", "-c:a", "pcm_f32le", "a.wav"], ["-ar", "48000", "-ac", "2", "-c:a", "pcm_s24le", "a.wav"],
            ["-rf64", "always", "a.wav"], ["-ar", "44100", "-ac", "2", "-c:a", "libmp3lame", "a.mp3"], ["-c:a", "libmp3lame", "a.mp3"],
        ])
    func aSoundIsTheSameEverywhere(arguments: [String]) throws {
        let source = try folder.write("s.wav", WaveFile.bytes(Sounds.glide(samples: 16_000 * 12), rate: 16_000))
        let path = folder.path(try #require(arguments.last))
        #expect(FFmpeg.convert(source, Array(arguments.dropLast()), to: path))
        try compare(path, [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
    }

    private func compare(_ path: String, _ bytes: [UInt8]) throws {
        let hop = ["--hop", "0.96"]
        let windows = try scores(["classify", model, path, "--windows"] + hop)
        let heard = try scores(["listen", model, "--input", path] + hop)
        let piped = try scores(["listen", model, "--input", "-"] + hop, input: bytes)
        #expect(heard.count > 5)
        #expect(piped == heard)
        // classify adds a window that ends with the sound.
        #expect(Array(windows.prefix(heard.count)) == heard)
        let whole = try scores(["classify", model, path])
        #expect(try scores(["classify", model, "-"], input: bytes) == whole)
        let pipe = try Executable.shell.run([
            "-c",
            "mkfifo \"$1/pipe\"; cat \"$2\" > \"$1/pipe\" & \"$3\" classify \"$4\" \"$1/pipe\" --json --logits --top 1",
            "sh",
            folder.path, path, Executable.tacit.path, model,
        ])
        #expect(pipe.status == 0, "\(pipe.standardError)")
        #expect(pipe.standardOutput.contains("\"logits\""))
        try FileManager.default.removeItem(atPath: folder.path("pipe"))
    }

    /// Bytes that look like a header are samples if that is said.
    @Test func rawSamplesMayLookLikeAFile() throws {
        let bytes = WaveFile.bytes(Sounds.glide(samples: 16_000 * 7), rate: 48_000)
        let raw = try scores(["listen", model, "--input", "-", "--raw"], input: bytes)
        let sound = try scores(["listen", model, "--input", "-"], input: bytes)
        #expect(raw.count == 3)
        #expect(sound.isEmpty)
        let outcome = try Executable.tacit.run(["listen", model, "--input", "x.wav", "--raw"])
        #expect(outcome.status == 64)
    }
}
