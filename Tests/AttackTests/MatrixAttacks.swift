import Foundation
import TacitTestSupport
import Testing

/// A model whose matrices have padding of every kind, and what becomes of it when one thing in it is wrong.
struct MatrixAttacks {
    private let model: ConvertedModel
    private let original: EditableModel
    private let sound: String

    /// - Parameters:
    ///   - weights: as `--weights` takes it.
    ///   - flags: more of the conversion's.
    init(weights: String, flags: [String] = []) throws {
        let golden = try GoldenCase(name: "gpt2-odd-logmel")
        model = try ConvertedModel(golden, weights: weights, flags: flags)
        sound = golden.path(of: golden.sounds[0])
        original = EditableModel(Array(try Data(contentsOf: URL(fileURLWithPath: model.path))))
    }

    func expectWhole() throws {
        #expect(try original.sealed() == Array(Data(contentsOf: URL(fileURLWithPath: model.path))))
        #expect(try Executable.tacit.run(["verify", model.path]).status == 0)
    }

    /// `verify` names the fault; nothing that stands in a matrix makes anything but numbers of it.
    func expectFound(_ attack: ModelAttackTests.Attack) throws {
        let path = try write(attack.edit)
        let outcome = try Executable.tacit.run(["verify", path])
        #expect(outcome.status == 65)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errorLines == ["tacit: \(path): \(attack.line)"], "\(attack.name)")
        for command in [
            ["show", path], ["classify", "--json", "--logits", path, sound], ["embed", "--json", path, sound],
        ] {
            let outcome = try Executable.tacit.run(command)
            #expect(outcome.status == 0 || outcome.status == 65, "\(attack.name): \(command[0])")
            for line in outcome.outputLines where command.contains("--json") {
                #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) }
            }
        }
    }

    /// Another number in the table of matrices, which makes an encoding that there is not.
    func expectUnknownEncoding(_ field: String, _ value: Int, _ words: String) throws {
        let path = try write { Self.set(field, value, in: &$0) }
        for command in ["show", "verify"] {
            let outcome = try Executable.tacit.run([command, path])
            #expect(outcome.status == 65)
            #expect(outcome.errorLines == ["tacit: \(path): blocks.0.attention.qkv: unknown encoding: \(words)"])
        }
    }

    /// Matrix 1 is the first of the trunk's: the patch projection stands before it.
    static func set(_ field: String, _ value: Int, in edited: inout EditableModel) {
        // An array's element type, its count, and four bytes an element.
        edited["tacit.matrices.\(field)"]?.bytes[12 + 4] = UInt8(value)
    }

    /// The model with something in it changed, behind digests that are right.
    func write(_ edit: (inout EditableModel) -> Void) throws -> String {
        var edited = original
        edit(&edited)
        return try model.folder.write("bad.gguf", edited.sealed())
    }
}
