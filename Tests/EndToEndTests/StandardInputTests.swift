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
            ["-rf64", "always", "a.wav"], ["-ar", "44100", "-ac", "2", "-c:a", "libmp3lame", "a.mp3"],
            ["-c:a", "libmp3lame", "a.mp3"],
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

    /// What stands before MP3 where it was cut out of a stream, or saved with the answer of a server.
    @Test(.enabled(if: FFmpeg.isThere, "ffmpeg is not installed"))
    func whatStandsBeforeMP3IsPassedOver() throws {
        let source = try folder.write("s.wav", WaveFile.bytes(Sounds.glide(samples: 16_000 * 12), rate: 16_000))
        let options = ["-ar", "44100", "-c:a", "libmp3lame", "-write_xing", "0", "-id3v2_version", "0"]
        #expect(FFmpeg.convert(source, options, to: folder.path("a.mp3")))
        let mp3 = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.path("a.mp3"))))
        let answer = Array(
            ("ICY 200 OK\r\nicy-name: a station\r\nContent-Type: audio/mpeg\r\nicy-notice: "
                + String(repeating: "no notice, ", count: 400) + "\r\n\r\n").utf8)
        for front in [[UInt8](repeating: 0, count: 3000), [UInt8](repeating: 0, count: 48_000), answer] {
            try compare(try folder.write("a.mp3", front + mp3), front + mp3)
        }
        // Noise may be samples: where the MP3 begins is said then.
        var random = RandomNumbers(seed: 4)
        let noise = (0..<30_000).map { _ in UInt8.random(in: 0...254, using: &random) }
        let outcome = try Executable.tacit.run(["listen", model, "--input", "-"], input: noise + mp3)
        #expect(outcome.status == 65)
        #expect(outcome.errorLines.count == 1)
        #expect(
            outcome.standardError.contains("standard input: byte \(noise.count): MP3 begins here")
                && outcome.standardError.hasSuffix(
                    "give it as a file, or say --raw to have it all taken as samples\n"),
            "\(outcome.standardError)")
        #expect(try Executable.tacit.run(["listen", model, "--input", "-", "--raw"], input: noise + mp3).status == 0)
    }

    /// "Free format": no header tells a frame's length.
    @Test(.enabled(if: FFmpeg.isThere, "ffmpeg is not installed"))
    func framesOfUntoldLengthAreMP3() throws {
        let source = try folder.write("s.wav", WaveFile.bytes(Sounds.glide(samples: 16_000 * 12), rate: 16_000))
        let options = ["-ar", "48000", "-c:a", "libmp3lame", "-b:a", "128k", "-write_xing", "0", "-id3v2_version", "0"]
        let path = folder.path("a.mp3")
        #expect(FFmpeg.convert(source, options, to: path))
        var mp3 = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        let told = try scores(["classify", model, path])
        for frame in stride(from: 0, to: mp3.count, by: 384) {
            try #require(mp3[frame] == 0xff)
            mp3[frame + 2] &= 0x0f
        }
        let free = try folder.write("free.mp3", mp3)
        #expect(try scores(["classify", model, free]) == told)
        try compare(free, mp3)
    }

    /// What its header says of samples that are not of the sound counts for this form, too.
    @Test(.enabled(if: FFmpeg.isThere, "ffmpeg is not installed"))
    func framesOfUntoldLengthHaveTheirDelay() throws {
        let source = try folder.write("s.wav", WaveFile.bytes(Sounds.glide(samples: 16_000 * 12), rate: 16_000))
        let path = folder.path("a.mp3")
        let options = ["-ar", "48000", "-c:a", "libmp3lame", "-b:a", "128k", "-id3v2_version", "0"]
        #expect(FFmpeg.convert(source, options, to: path))
        var mp3 = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        for frame in stride(from: 0, to: mp3.count, by: 384) {
            try #require(mp3[frame] == 0xff)
            mp3[frame + 2] &= 0x0f
        }
        let free = try folder.write("free.mp3", mp3)
        #expect(try scores(["classify", model, free]) == scores(["classify", model, path]))
    }

    /// A tone whose period is as long as a frame of MP3, with the bytes of a header in each.
    @Test func tonesAreNoMP3() throws {
        let period = (0..<384).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) & 0x7f }
        let tone = [[UInt8]](repeating: [0xff, 0xfb, 0x94, 0x64] + period[4...], count: 900).flatMap { $0 }
        let silence = [UInt8](repeating: 1, count: 60_000)
        let outcome = try Executable.tacit.run(["listen", model, "--input", "-"], input: silence + tone)
        #expect(outcome.status == 0, "\(outcome.standardError)")
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
