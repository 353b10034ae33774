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

    private let matrices: MatrixAttacks

    init() throws { matrices = try MatrixAttacks(weights: "int4") }

    @Test func theOriginalIsWhole() throws { try matrices.expectWhole() }

    @Test(arguments: attacks)
    func isFoundByVerify(attack: Attack) throws { try matrices.expectFound(attack) }

    @Test(arguments: [
        ("bits", 5, "5 bits, groups of 32"), ("group", 48, "4 bits, groups of 48"), ("group", 0, "4 bits, groups of 0"),
    ])
    func unknownEncodingsAreRefused(field: String, value: Int, words: String) throws {
        try matrices.expectUnknownEncoding(field, value, "\(words), layout version 2")
    }
}
