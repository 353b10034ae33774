import Foundation
import TacitTestSupport
import Testing

/// What lies in a folder that is closed to the user is not called missing, and nothing else is taken in its place.
@Suite(.enabled(if: Executable.canBeHeldToModes)) struct ClosedFolderTests {
    private let model: ConvertedModel
    private let sound: String
    private var folder: TemporaryFolder { model.folder }

    init() throws {
        let golden = try GoldenCase(name: "llama-plain")
        model = try ConvertedModel(golden)
        sound = golden.path(of: golden.sounds[0])
    }

    /// Runs with a folder's mode changed, which can be removed again afterwards.
    private func run(
        _ arguments: [String], closing name: String, _ mode: Int = 0, environment: [String: String] = [:]
    ) throws -> Executable.Outcome {
        let closed = folder.path(name)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: closed)
        defer { try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: closed) }
        return try Executable.tacit.runHeldToModes(arguments, environment: environment, folder: folder.path)
    }

    /// The folder that was asked for is not passed over for the next.
    @Test func aModelInTheFolderOfTheVariable() throws {
        try folder.copy(model.path, as: "mine/sound.gguf")
        try folder.copy(model.path, as: "models/sound.gguf")
        let outcome = try run(["classify", sound], closing: "mine", environment: ["TACIT_MODELS": "mine"])
        #expect(outcome.status == 66 && outcome.output.isEmpty)
        #expect(outcome.errorLines == ["tacit: mine/sound.gguf: Permission denied"])
        let open = try run(["classify", sound], closing: "mine", 0o755, environment: ["TACIT_MODELS": "mine"])
        #expect(open.status == 0)
    }

    /// The others are, but it is said why.
    @Test(.enabled(if: access("/usr/share/tacit/sound.gguf", F_OK) != 0, "a model is installed"))
    func aModelInAnotherFolder() throws {
        try folder.copy(model.path, as: "data/tacit/sound.gguf")
        try FileManager.default.createDirectory(
            atPath: folder.path("models/sound.gguf"), withIntermediateDirectories: true)
        let data = folder.path("data")
        let outcome = try run(["classify", sound], closing: "data", environment: ["XDG_DATA_HOME": data])
        #expect(outcome.status == 66 && outcome.errorLines.count == 1)
        #expect(
            outcome.standardError
                == "tacit: sound.gguf: no model was named, and there is no /usr/share/tacit/sound.gguf; "
                + "models/sound.gguf: not a regular file; \(data)/tacit/sound.gguf: Permission denied\n")
    }

    /// What may be listed and not entered has no links that lead nowhere, and is not empty.
    @Test func aFolderThatMayOnlyBeListed() throws {
        try folder.copy(sound, as: "set/one/a.wav")
        try folder.copy(sound, as: "set/two/b.wav")
        let outcome = try run(["eval", model.path, "--dataset", "folder:set"], closing: "set/two", 0o444)
        #expect(outcome.status == 66 && outcome.output.isEmpty)
        #expect(outcome.errorLines == ["tacit: set/two/b.wav: Permission denied"])

        let golden = try GoldenImages(name: "llama-full-hidden")
        let images = try ConvertedModel(base: golden.baseFolder.path, adapter: golden.adapterFolder.path)
        try folder.copy(TestPaths.fixtures.appendingPathComponent("pictures/rgb.png").path, as: "yard/1.png")
        for command in [["classify", images.path, "yard"], ["watch", images.path, "--input", "yard"]] {
            let outcome = try run(command, closing: "yard", 0o444)
            #expect(outcome.status == 66 && outcome.output.isEmpty)
            #expect(outcome.errorLines == ["tacit: yard/1.png: Permission denied"])
        }
        // Nothing tells a folder of pictures from one of none but its names, which can be read.
        try folder.copy(images.path, as: "mine/image.gguf")
        let named = try run(["classify", "yard"], closing: "yard", 0o444, environment: ["TACIT_MODELS": "mine"])
        #expect(named.status == 66 && named.errorLines == ["tacit: yard/1.png: Permission denied"])
    }

    /// A file that may be written itself is replaced by way of its folder.
    @Test func aFileThatIsReplaced() throws {
        let labels = folder.path("home/my.labels")
        try folder.copy(sound, as: "home/a.wav")
        let arguments = ["learn", model.path, "bell", sound, "--labels", labels]
        let made = try run(arguments, closing: "home", 0o755)
        #expect(made.status == 0, "\(made.standardError)")
        let outcome = try run(arguments, closing: "home", 0o555)
        #expect(outcome.status == 73)
        #expect(outcome.errorLines == ["tacit: \(labels): its folder can't be written to: Permission denied"])
    }
}
