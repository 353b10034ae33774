import Foundation
import TacitTestSupport
import Testing

/// Model files of int8 in groups with one thing made wrong, behind digests that are right.
@Suite struct Int8GroupAttackTests {
    typealias Attack = ModelAttackTests.Attack

    /// Matrices of 108 and 36 rows by 36 columns, so that there is padding of every kind. In a tile, four columns take
    /// 64 bytes, a group's scales 16; a channel has two groups.
    static let attacks = [
        Attack("a column of padding", "blocks.0.attention.qkv.panels: row 1, column 36: padding is not 0") {
            $0.contents("blocks.0.attention.qkv.panels") { $0[9 * 64 + 1 * 4] = 1 }
        },
        Attack("the last column of padding", "blocks.0.attention.qkv.panels: row 0, column 63: padding is not 0") {
            $0.contents("blocks.0.attention.qkv.panels") { $0[15 * 64 + 3] = 0x80 }
        },
        Attack("a channel of padding", "blocks.1.attention.out.panels: row 36, column 2: padding is not 0") {
            $0.contents("blocks.1.attention.out.panels") { $0[(2 * 16 * 16 + 4) * 4 + 2] = 0xff }
        },
        Attack("a level of -128", "blocks.1.feed_forward.in.panels: row 0, column 5: -128 is not in -127...127") {
            $0.contents("blocks.1.feed_forward.in.panels") { $0[64 + 1] = 0x80 }
        },
        Attack(
            "a group scale of padding", "blocks.1.attention.out.group_scales: row 47, group 1: padding is not 0"
        ) { $0.contents("blocks.1.attention.out.group_scales") { $0[(2 * 2 + 1) * 16 + 15] = 1 } },
        Attack("a group scale of 0", "blocks.0.feed_forward.in.group_scales: row 0, group 0: 0 is not in 1...127") {
            $0.contents("blocks.0.feed_forward.in.group_scales") { $0[0] = 0 }
        },
        Attack("a group scale of 128", "blocks.0.feed_forward.in.group_scales: row 17, group 1: 128 is not in 1...127")
        {
            $0.contents("blocks.0.feed_forward.in.group_scales") { $0[(2 + 1) * 16 + 1] = 0x80 }
        },
        Attack("a negative scale", "blocks.0.attention.out.scales: holds a negative scale") {
            $0.contents("blocks.0.attention.out.scales") { $0[3] = 0xbf }
        },
        Attack("a scale that is no number", "blocks.0.attention.out.scales: holds a number that is not finite") {
            $0.contents("blocks.0.attention.out.scales") { $0.replaceSubrange(0..<4, with: [0, 0, 0xc0, 0x7f]) }
        },
    ]

    private let matrices: MatrixAttacks

    init() throws { matrices = try MatrixAttacks(weights: "int8", flags: ["--int8-form", "groups"]) }

    @Test func theOriginalIsWhole() throws { try matrices.expectWhole() }

    @Test(arguments: attacks)
    func isFoundByVerify(attack: Attack) throws { try matrices.expectFound(attack) }

    @Test(arguments: [
        ("group", 64, "8 bits, groups of 64, layout version 5"), ("group", 0, "8 bits, groups of 0, layout version 5"),
        ("layout", 3, "8 bits, groups of 32, layout version 3"), ("bits", 4, "4 bits, groups of 32, layout version 5"),
    ])
    func unknownEncodingsAreRefused(field: String, value: Int, words: String) throws {
        try matrices.expectUnknownEncoding(field, value, words)
    }

    /// Another encoding's numbers ask for other tensors.
    @Test func anotherEncodingNeedsOtherTensors() throws {
        let path = try matrices.write {
            MatrixAttacks.set("group", 0, in: &$0)
            MatrixAttacks.set("layout", 3, in: &$0)
        }
        let outcome = try Executable.tacit.run(["verify", path])
        #expect(outcome.status == 65)
        #expect(outcome.errorLines.count == 1 && outcome.errorLines[0].contains("blocks.0.attention.qkv."))
    }
}
