import Foundation
import TacitTestSupport
import Testing

/// Where no model is named and no name tells what a file is, its first bytes do; what is left out is told.
@Suite(.enabled(if: TestPaths.hasModel("sound.gguf") && TestPaths.hasModel("image.gguf"), "models/ is empty"))
struct UnnamedInputTests {
    private let folder: TemporaryFolder
    private let package = TestPaths.package.path

    init() throws { folder = try TemporaryFolder() }

    private func picture(_ name: String) -> String {
        TestPaths.fixtures.appendingPathComponent("pictures/\(name)").path
    }

    /// Runs a script in the package's folder, where `models/` is: `$1` is tacit, `$2` a file.
    private func shell(_ script: String, _ path: String) throws -> Executable.Outcome {
        try Executable.shell.run(["-c", script, "sh", Executable.tacit.path, path], folder: package)
    }

    @Test(arguments: ["rgb.png", "rgb.jpg", "lossy.webp", "frames.webp", "offset.gif", "frames.apng"])
    func picturesFromPipesAreTakenForPictures(name: String) throws {
        let path = picture(name)
        func labels(_ outcome: Executable.Outcome) throws -> [String] {
            #expect(outcome.status == 0, "\(outcome.standardError)")
            return try ResultLine.lines(of: outcome).map { "\(($0.labels ?? []).map(\.label))" }
        }
        let named = try labels(try shell("\"$1\" classify --json \"$2\"", path))
        #expect(named.count == 1)
        for script in [
            "cat \"$2\" | \"$1\" classify --json -", "\"$1\" classify --json - < \"$2\"",
            "mkfifo \(folder.path)/p; cat \"$2\" > \(folder.path)/p & \"$1\" classify --json \(folder.path)/p; rm \(folder.path)/p",
            // Its first bytes come one by one.
            "(head -c 5 \"$2\"; sleep 0.02; tail -c +6 \"$2\") | \"$1\" classify --json -",
            "cp \"$2\" \(folder.path)/unnamed; \"$1\" classify --json \(folder.path)/unnamed",
        ] { #expect(try labels(try shell(script, path)) == named, "\(script)") }
        #expect(try shell("cat \"$2\" | \"$1\" embed -", path).status == 0)
    }

    private static let isoMedia: [UInt8] = [0, 0, 0, 24]
    private static let bitmap: [UInt8] = Array("BM".utf8) + [UInt8](repeating: 0, count: 12) + [40, 0, 0, 0]
    private static let unread: [(String, [UInt8], String, String)] = [
        ("x.heic", isoMedia + Array("ftypheic....".utf8), "a HEIC picture", "heif-convert"),
        ("x.avif", isoMedia + Array("ftypavif....".utf8), "an AVIF picture", "heif-convert"),
        ("x.tif", Array("II*\0".utf8), "a TIFF picture", "ffmpeg -i"),
        ("x.bmp", bitmap, "a BMP picture", "ffmpeg -i"),
    ]

    @Test(arguments: unread)
    func picturesThatAreNotReadAreNamed(name: String, start: [UInt8], words: String, remedy: String) throws {
        let path = try folder.write(name, start + [UInt8](repeating: 1, count: 60))
        for script in ["\"$1\" classify \"$2\"", "cat \"$2\" | \"$1\" classify -"] {
            let outcome = try shell(script, path)
            #expect(outcome.status == 65)
            #expect(outcome.errorLines.count == 1)
            #expect(outcome.standardError.contains(words) && outcome.standardError.contains(remedy))
        }
        // In a folder each has its line, and the others their labels.
        try folder.copy(picture("rgb.png"), as: "y.png")
        let outcome = try shell("\"$1\" classify \"$2\"", folder.path)
        #expect(outcome.status == 65)
        #expect(outcome.outputLines.count == 1)
        #expect(outcome.errorLines.count == 1)
    }

    /// A folder in which the loader finds a library that is none.
    @Test(arguments: [("offset.gif", "libgif.so.7", "libgif7"), ("lossy.webp", "libwebp.so.7", "libwebp7")])
    func aLibraryThatIsAbsentIsNamed(name: String, library: String, debian: String) throws {
        try folder.write(library, Array("no library".utf8))
        let outcome = try Executable.tacit.run(
            ["classify", "\(package)/models/image.gguf", picture(name), picture("rgb.png")],
            environment: ["LD_LIBRARY_PATH": folder.path])
        #expect(outcome.status == 65)
        #expect(outcome.outputLines.count == 1)
        #expect(outcome.errorLines.count == 1)
        for words in [name, library, debian, "ffmpeg -i FILE -frames:v 1 FILE.png"] {
            #expect(outcome.standardError.contains(words), "\(outcome.standardError)")
        }
    }

    @Test func soundsStaySounds() throws {
        let path = try folder.write("sound", WaveFile.bytes(Sounds.glide(samples: 16_000), rate: 16_000))
        for script in ["\"$1\" classify \"$2\"", "cat \"$2\" | \"$1\" classify -"] {
            #expect(try shell(script, path).status == 0)
        }
    }

    /// The measure of a part of a set does not pass for one of the set.
    @Test func aSetThatLacksExamplesIsNoSuccess() throws {
        let labels = try Executable.tacit.run(["show", "--json", "\(package)/models/sound.gguf"])
        let shown = try JSONSerialization.jsonObject(with: Data(labels.output)) as? [String: Any]
        let names = try #require(shown?["labels"] as? [String])
        let wave = WaveFile.bytes(Sounds.glide(samples: 16_000), rate: 16_000)
        for name in names.prefix(2) {
            try FileManager.default.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
            try folder.write("\(name)/a.wav", wave)
        }
        func evaluate() throws -> Executable.Outcome {
            try shell("\"$1\" eval --json --dataset folder:\"$2\"", folder.path)
        }
        #expect(try evaluate().status == 0)
        // Neither what macOS puts beside a file nor a text is a sound that is lacking.
        try folder.write("\(names[0])/._a.wav", [0])
        try folder.write("\(names[0])/notes.txt", [0])
        let told = try evaluate()
        #expect(told.status == 0)
        #expect(told.standardError.contains("left out 1 file with .txt ("))
        try folder.write("\(names[1])/b.m4a", [0])
        let lacking = try evaluate()
        #expect(lacking.status == 65)
        #expect(lacking.outputLines.count == 1)
        #expect(lacking.standardError.contains("left out 1 file with .m4a"))
    }

    /// A damaged sound has its labels, and a line that tells what was lost.
    @Test(.enabled(if: FFmpeg.isThere, "ffmpeg is not installed"))
    func whatWasLostIsTold() throws {
        let source = try folder.write("s.wav", WaveFile.bytes(Sounds.glide(samples: 16_000 * 6), rate: 16_000))
        let path = folder.path("s.flac")
        #expect(FFmpeg.convert(source, ["-c:a", "flac"], to: path))
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        bytes[bytes.count / 2] ^= 0x40
        let damaged = try folder.write("d.flac", bytes)
        for script in ["classify --json \"$2\"", "listen --json --input \"$2\"", "listen --json --input - < \"$2\""] {
            let outcome = try shell("\"$1\" \(script)", damaged)
            #expect(outcome.status == 0)
            #expect(!outcome.outputLines.isEmpty)
            #expect(outcome.errorLines.count == 1)
            #expect(outcome.standardError.contains("damaged: "))
        }
    }
}
