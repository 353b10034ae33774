import Foundation
import TacitTestSupport
import Testing

/// Sounds that are broken, lie about themselves, or are none.
@Suite struct SoundAttackTests {
    struct Attack: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        /// nil: it is a sound after all.
        let line: String?

        var testDescription: String { name }
    }

    private static let good = WaveFile.bytes(Sounds.glide(samples: 2000), rate: 8000)

    /// The good file with bytes replaced.
    private static func patched(_ offset: Int, _ bytes: [UInt8]) -> [UInt8] {
        var file = good
        file.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        return file
    }

    private static func floats(_ values: [Float]) -> [UInt8] {
        let samples = values.flatMap { value in
            let bits = value.bitPattern
            return [Int16(truncatingIfNeeded: bits), Int16(truncatingIfNeeded: bits >> 16)]
        }
        var file = WaveFile.bytes(samples, rate: 8000, format: 3, bitsPerSample: 32)
        // The header counts bytes a frame from the bits of a sample.
        file.replaceSubrange(32..<34, with: [4, 0])
        return file
    }

    private static let quiet = [Float](repeating: 0.1, count: 100)

    private static let unknown =
        "no sound of a format that is read here (WAV, FLAC, Ogg (Vorbis, Opus, FLAC), MP3, AIFF, AU, CAF, W64); "
        + "if it is one, "
    private static let broken = "a sound whose header is broken, or of a codec that is not read here: "

    /// What such lines end with.
    private static func remedy(_ line: String, _ path: String) -> String {
        line == unknown || line == broken ? "'ffmpeg -i \(path) \(path).wav' makes a WAV of it" : ""
    }

    static let attacks = [
        Attack(name: "nothing", bytes: [], line: "the file is empty, expected a sound"),
        Attack(name: "a header alone", bytes: Array(good[..<44]), line: "holds no samples"),
        Attack(
            name: "a header without a sample", bytes: WaveFile.bytes([], rate: 8000), line: "holds no samples"),
        Attack(name: "the claim of 2^32 - 1 bytes", bytes: patched(40, [0xff, 0xff, 0xff, 0xff]), line: nil),
        Attack(
            name: "the claim of 2^32 - 1 bytes everywhere",
            bytes: Array(patched(4, [0xff, 0xff, 0xff, 0xff])[..<40]) + [0xff, 0xff, 0xff, 0xff] + good[44...],
            line: nil),
        Attack(name: "the claim of no bytes", bytes: patched(40, [0, 0, 0, 0]), line: nil),
        Attack(
            name: "a recording that was not closed",
            bytes: Array(patched(4, [8, 0, 0, 0])[..<40]) + [0, 0, 0, 0] + good[44...], line: nil),
        Attack(
            name: "text", bytes: Array("Once upon a time there was no sound.\n".utf8), line: unknown),
        Attack(
            name: "a picture",
            bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13] + Array("IHDR".utf8),
            line: "a picture (PNG), expected a sound"),
        Attack(
            name: "zeros", bytes: [UInt8](repeating: 0, count: 10_000), line: unknown),
        Attack(
            name: "no channels", bytes: patched(22, [0, 0]),
            line: broken),
        Attack(
            name: "65535 channels", bytes: patched(22, [0xff, 0xff]),
            line: "has 65535 channels, expected 1 to 256"),
        Attack(
            name: "no rate", bytes: patched(24, [0, 0, 0, 0]), line: "has a sample rate of 0 Hz"),
        Attack(
            name: "a rate of 2^32 - 1", bytes: patched(24, [0xff, 0xff, 0xff, 0xff]),
            line: "a sample rate of 4294967295 Hz can't be converted to 8000 Hz, only one of 32 to 2048000 Hz can"),
        Attack(
            name: "a rate of 1 Hz", bytes: patched(24, [1, 0, 0, 0]),
            line: "a sample rate of 1 Hz can't be converted to 8000 Hz, only one of 32 to 2048000 Hz can"),
        Attack(name: "samples of 7 bits", bytes: patched(34, [7, 0]), line: nil),
        Attack(
            name: "an unknown coding", bytes: patched(20, [0xee, 0xee]),
            line: broken),
        Attack(name: "a NaN", bytes: floats(quiet + [.nan] + quiet), line: "sample 100: holds nan, which is no sample"),
        Attack(
            name: "a negative NaN", bytes: floats([-Float.nan] + quiet),
            line: "sample 0: holds -nan, which is no sample"),
        Attack(
            name: "an infinity", bytes: floats(quiet + [-.infinity]), line: "sample 100: holds -inf, which is no sample"
        ),
        Attack(
            name: "3e38", bytes: floats(quiet + [3e38]), line: "sample 100: holds 3e+38, which is no sample"),
        Attack(
            name: "the smallest floats", bytes: floats([Float](repeating: .leastNonzeroMagnitude, count: 900)),
            line: nil),
        Attack(name: "floats of 1e9", bytes: floats([Float](repeating: 1e9, count: 900)), line: nil),
        Attack(
            name: "an ID3 tag alone", bytes: Array("ID3".utf8) + [4, 0, 0, 0x7f, 0x7f, 0x7f, 0x7f],
            line: unknown),
        Attack(
            name: "sync bits of an MP3", bytes: [UInt8](repeating: 0xff, count: 5000), line: unknown),
        Attack(
            name: "an Ogg page alone", bytes: Array("OggS".utf8) + [UInt8](repeating: 0, count: 60),
            line: "Ogg without a whole page in it"),
        Attack(
            name: "a FLAC marker alone", bytes: Array("fLaC".utf8) + [0x80, 0, 0, 34],
            line: "FLAC without a whole frame in it"),
    ]

    private let model: ConvertedModel

    init() throws {
        model = try ConvertedModel(GoldenCase(name: "llama-plain"))
    }

    @Test(arguments: attacks)
    func isRefusedOrPlayed(attack: Attack) throws {
        let path = try model.folder.write("attack.wav", attack.bytes)
        for command in [
            ["classify", "--json", "--logits", model.path, path], ["embed", "--json", model.path, path],
            ["listen", "--json", model.path, "--input", path, "--hop", "0.05"],
        ] {
            let outcome = try Executable.tacit.run(command)
            if let line = attack.line {
                #expect(outcome.status == 65, "\(attack.name): \(command[0])")
                #expect(outcome.output.isEmpty)
                #expect(outcome.errorLines == ["tacit: \(path): \(line)" + Self.remedy(line, path)])
            } else {
                #expect(outcome.status == 0, "\(attack.name): \(outcome.standardError)")
                #expect(!outcome.output.isEmpty)
            }
        }
    }

    @Test func cutHeaders() throws {
        for length in 1..<44 {
            let path = try model.folder.write("cut.wav", Self.good[..<length])
            let outcome = try Executable.tacit.run(["classify", model.path, path])
            #expect(outcome.status == 65, "\(length) bytes")
            #expect(outcome.errorLines.count == 1)
        }
    }

    @Test func flippedHeaders() throws {
        for offset in 0..<44 {
            for mask: UInt8 in [0x01, 0x80, 0xff] {
                let path = try model.folder.write("flipped.wav", Self.patched(offset, [Self.good[offset] ^ mask]))
                let outcome = try Executable.tacit.run(["classify", "--json", "--logits", model.path, path])
                #expect(outcome.status == 0 || outcome.status == 65, "byte \(offset) with \(mask)")
                // A length that is more than there is says that the rest is missing.
                let isCut = outcome.standardError.contains(": ends early: ")
                #expect(outcome.errorLines.count == (outcome.status == 0 && !isCut ? 0 : 1))
                #expect(outcome.outputLines.count == (outcome.status == 0 ? 1 : 0))
            }
        }
    }

    @Test func thingsThatAreNoFiles() throws {
        let folder = model.folder
        try FileManager.default.createDirectory(atPath: folder.path("folder.wav"), withIntermediateDirectories: false)
        #expect(symlink(folder.path("nowhere"), folder.path("dangling.wav")) == 0)
        #expect(symlink(folder.path("loop.wav"), folder.path("loop.wav")) == 0)
        let long = String(repeating: "x", count: 5000)
        for (path, line) in [
            (folder.path("folder.wav"), "is a directory, expected a sound file"),
            ("/dev/zero", "is not a regular file"),
            ("/dev/null", "is not a regular file"), (folder.path("dangling.wav"), "No such file or directory"),
            (folder.path("loop.wav"), "Too many levels of symbolic links"), (long, "File name too long"),
            (model.path + "/x.wav", "Not a directory"), ("", "No such file or directory"),
        ] {
            for command in [
                ["classify", model.path, path], ["embed", model.path, path], ["listen", model.path, "--input", path],
            ] {
                let outcome = try Executable.tacit.run(command)
                #expect(outcome.status == 66, "\(command[0]) \(path.prefix(100))")
                #expect(outcome.errorLines == ["tacit: \(path.isEmpty ? "'': " : path + ": ")\(line)"])
                #expect(outcome.output.isEmpty)
            }
        }
    }

    @Test(.enabled(if: geteuid() != 0, "root may read everything"))
    func unreadableFiles() throws {
        let path = try model.folder.write("secret.wav", Self.good)
        #expect(chmod(path, 0) == 0)
        let outcome = try Executable.tacit.run(["classify", model.path, path])
        #expect(outcome.status == 66)
        #expect(outcome.errorLines == ["tacit: \(path): Permission denied"])
    }

    /// A model where a sound is expected, and a sound where a model is.
    @Test func inTheWrongPlace() throws {
        let sound = try model.folder.write("good.wav", Self.good)
        let swapped = try Executable.tacit.run(["classify", model.path, sound, model.path])
        #expect(swapped.status == 65)
        #expect(swapped.outputLines.count == 1)
        #expect(swapped.errorLines.count == 1)
        #expect(swapped.standardError.hasPrefix("tacit: \(model.path): a model, expected a sound"))
        let posing = try model.folder.write("posing.gguf", Self.good)
        for command in [["classify", posing, sound], ["show", posing], ["verify", sound]] {
            let outcome = try Executable.tacit.run(command)
            #expect(outcome.status == 65)
            #expect(outcome.errorLines == ["tacit: \(command[1]): byte 0: not a GGUF file"])
        }
    }

    /// Token files for a model that takes tokens.
    @Test(arguments: [
        ("x.jsonl", "", "no tokens in it"), ("x.jsonl", "\n\n", "no tokens in it"),
        ("x.jsonl", "[1]\n[", "line 2: expected an id, a whole number from 0"),
        ("x.jsonl", "[1]\n[1, 2]", "line 2: more than 1 ids, one a codebook"),
        ("x.jsonl", "[-1]", "line 1: expected an id, a whole number from 0"),
        ("x.jsonl", "[1.5]", "line 1: expected a comma or the end of the array"),
        (
            "x.jsonl", "[99999999999999999999999]",
            "line 1: id 99999999999999999999, expected less than the model's vocabulary of 61"
        ),
        ("x.jsonl", "[61]", "line 1: id 61, expected less than the model's vocabulary of 61"),
        ("x.jsonl", "[[[[[[", "line 1: expected an id, a whole number from 0"),
        ("x.jsonl", "{\"a\":1}", "line 1: expected an array of 1 ids"),
        ("x.jsonl", "[1] [2]", "line 1: text after the array"),
        ("x.jsonl", "[]", "line 1: expected an id, a whole number from 0"),
        ("x.u16", "", "no tokens in it"),
        ("x.u16", "abc", "3 bytes, expected whole patches of 1 little-endian 16-bit ids"),
        ("x.u16", "ab", "patch 0: id 25185, expected less than the model's vocabulary of 61"),
    ])
    func tokens(name: String, text: String, line: String) throws {
        let bare = try ConvertedModel(base: GoldenCase(name: "llama-plain").baseFolder.path)
        let path = try bare.folder.write(name, text.utf8)
        let outcome = try Executable.tacit.run(["embed", "--json", bare.path, path])
        #expect(outcome.status == 65)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errorLines == ["tacit: \(path): \(line)"])
    }
}
