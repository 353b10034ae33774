import Foundation
import TacitTestSupport
import Testing

/// Who may read and write what is written: whoever the process's umask allows, as for files of any other program.
@Suite struct FileModeTests {
    private func mode(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    @Test(arguments: [("022", 0o644), ("027", 0o640), ("077", 0o600), ("002", 0o664)])
    func newFilesHaveTheModeThatTheUmaskLeaves(umask: String, wanted: Int) throws {
        let golden = try GoldenCase(name: "llama-plain")
        let model = try ConvertedModel(golden, weights: "int8")
        let samples = (0..<800).map { Int16(9000 * sin(Double($0) / 5)) }
        let sound = try model.folder.write("tone.wav", WaveFile.bytes(samples, rate: UInt32(golden.sampleRate)))
        let (labels, written) = (model.folder.path("my.labels"), model.folder.path("written.gguf"))
        for (program, arguments) in [
            (Executable.tacit, ["learn", model.path, "bell", sound, "--labels", labels]),
            (
                Executable.convert,
                ["--base", golden.baseFolder.path, "--adapter", golden.adapterFolder.path, "-o", written]
            ),
        ] {
            let outcome = try Executable.shell.run(
                ["-c", "umask $0 && exec \"$@\"", umask, program.path] + arguments)
            try #require(outcome.status == 0, "\(outcome.standardError)")
        }
        #expect(try mode(labels) == wanted && mode(written) == wanted)
    }

    /// Clips are for their owner, and nobody else, whatever the umask leaves.
    @Test(.enabled(if: Executable.canBeHeldToModes), arguments: ["000", "277", "777"])
    func clipsAreForTheirOwner(umask: String) throws {
        let listening = try EventfulListening()
        let clips = listening.folder.path("clips")
        let outcome = try Executable.shell.runHeldToModes(
            ["-c", "umask $0 && exec \"$@\"", umask, Executable.tacit.path]
                + listening.arguments(["--to", "clips:\(clips)"]))
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.standardError)")
        #expect(try mode(clips) == 0o700)
        let names = try FileManager.default.contentsOfDirectory(atPath: clips)
        #expect(!names.isEmpty)
        for name in names { #expect(try mode("\(clips)/\(name)") == 0o600) }
    }

    /// What somebody has closed to others, examples of their home among them, stays closed.
    @Test func aFileThatIsReplacedKeepsItsMode() throws {
        let golden = try GoldenCase(name: "llama-plain")
        let model = try ConvertedModel(golden, weights: "int8")
        let labels = model.folder.path("my.labels")
        for name in ["bell", "horn"] {
            let outcome = try Executable.tacit.run(
                ["learn", model.path, name, golden.path(of: golden.sounds[0]), "--labels", labels])
            try #require(outcome.status == 0, "\(outcome.standardError)")
            if name == "bell" {
                try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: labels)
            }
        }
        #expect(try mode(labels) == 0o600)
    }
}
