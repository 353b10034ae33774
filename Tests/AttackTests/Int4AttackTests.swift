import Foundation
import TacitTestSupport
import Testing

/// Model files of int4 with one thing made wrong, behind digests that are right.
@Suite struct Int4AttackTests {
    typealias Attack = ModelAttackTests.Attack

    /// Matrices of 108 and 36 rows by 36 columns, so that there is padding of every kind. In a tile, a block of eight
    /// columns takes 64 bytes, a group's scales 16.
    static let attacks = [
        Attack("a column of padding", "blocks.0.attention.qkv.panels: row 1, column 36: padding is not 0") {
            $0.contents("blocks.0.attention.qkv.panels") { $0[4 * 64 + 1 * 4] = 0x98 }
        },
        Attack("the last column of padding", "blocks.0.attention.qkv.panels: row 0, column 63: padding is not 0") {
            $0.contents("blocks.0.attention.qkv.panels") { $0[7 * 64 + 3] = 0x78 }
        },
        Attack("a channel of padding", "blocks.1.attention.out.panels: row 36, column 2: padding is not 0") {
            $0.contents("blocks.1.attention.out.panels") { $0[(2 * 8 * 16 + 4) * 4 + 2] = 0x80 }
        },
        Attack(
            "a group scale of padding", "blocks.1.attention.out.group_scales: row 47, group 1: padding is not 0"
        ) { $0.contents("blocks.1.attention.out.group_scales") { $0[(2 * 2 + 1) * 16 + 15] = 1 } },
        Attack("a group scale of 0", "blocks.0.feed_forward.in.group_scales: row 0, group 0: 0 is not in 1...127") {
            $0.contents("blocks.0.feed_forward.in.group_scales") { $0[0] = 0 }
        },
        Attack(
            "a group scale below 0", "blocks.0.feed_forward.in.group_scales: row 17, group 1: 255 is not in 1...127"
        ) { $0.contents("blocks.0.feed_forward.in.group_scales") { $0[(2 + 1) * 16 + 1] = 0xff } },
        Attack("a group scale of 128", "blocks.0.feed_forward.in.group_scales: row 2, group 0: 128 is not in 1...127") {
            $0.contents("blocks.0.feed_forward.in.group_scales") { $0[2] = 0x80 }
        },
        Attack("a wrong sum", "blocks.0.attention.qkv.sums: row 1: the stored sum is not that of the row") {
            $0.contents("blocks.0.attention.qkv.sums") { $0.replaceSubrange(4..<8, with: [0xff, 0xff, 0xff, 0x7f]) }
        },
        Attack("another level", "blocks.0.attention.qkv.sums: row 0: the stored sum is not that of the row") {
            $0.contents("blocks.0.attention.qkv.panels") { $0[0] ^= 1 }
        },
        // The second plane, where there is one, has its 112 rows, 7 tiles, behind the first's.
        Attack("padding of the second plane", "blocks.0.attention.qkv.panels: row 113, column 36: padding is not 0") {
            $0.contents("blocks.0.attention.qkv.panels") { $0[7 * 8 * 64 + 4 * 64 + 1 * 4] = 0x98 }
        },
        Attack(
            "a group scale of the second plane",
            "blocks.0.attention.qkv.group_scales: row 114, group 0: 0 is not in 1...127"
        ) { $0.contents("blocks.0.attention.qkv.group_scales") { $0[7 * 2 * 16 + 2] = 0 } },
        Attack(
            "a sum of the second plane", "blocks.0.attention.qkv.sums: row 113: the stored sum is not that of the row"
        ) {
            $0.contents("blocks.0.attention.qkv.sums") {
                $0.replaceSubrange(113 * 4..<114 * 4, with: [0xff, 0xff, 0xff, 0x7f])
            }
        },
        Attack("a negative scale", "blocks.0.attention.out.scales: holds a negative scale") {
            $0.contents("blocks.0.attention.out.scales") { $0[3] = 0xbf }
        },
        Attack("an infinite scale", "blocks.0.attention.out.scales: holds a number that is not finite") {
            $0.contents("blocks.0.attention.out.scales") { $0.replaceSubrange(0..<4, with: [0, 0, 0x80, 0x7f]) }
        },
    ]

    private let model: ConvertedModel
    private let original: EditableModel
    private let sound: String

    init() throws {
        let golden = try GoldenCase(name: "gpt2-odd-logmel")
        model = try ConvertedModel(golden, weights: "int4")
        sound = golden.path(of: golden.sounds[0])
        original = EditableModel(Array(try Data(contentsOf: URL(fileURLWithPath: model.path))))
    }

    @Test func theOriginalIsWhole() throws {
        #expect(try original.sealed() == Array(Data(contentsOf: URL(fileURLWithPath: model.path))))
        #expect(try Executable.tacit.run(["verify", model.path]).status == 0)
    }

    @Test(arguments: attacks)
    func isFoundByVerify(attack: Attack) throws {
        var edited = original
        attack.edit(&edited)
        let path = try model.folder.write("bad.gguf", edited.sealed())
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

    /// Matrix 1 is the first of the trunk's: the patch projection stands before it.
    @Test(arguments: [
        ("bits", 5, "5 bits, groups of 32"), ("group", 48, "4 bits, groups of 48"), ("group", 0, "4 bits, groups of 0"),
    ])
    func unknownEncodingsAreRefused(field: String, value: Int, words: String) throws {
        var edited = original
        // An array's element type, its count, and four bytes an element.
        edited["tacit.matrices.\(field)"]?.bytes[12 + 4] = UInt8(value)
        let path = try model.folder.write("bad.gguf", edited.sealed())
        for command in ["show", "verify"] {
            let outcome = try Executable.tacit.run([command, path])
            #expect(outcome.status == 65)
            #expect(
                outcome.errorLines == [
                    "tacit: \(path): blocks.0.attention.qkv: unknown encoding: \(words), layout version 2"
                ])
        }
    }
}
