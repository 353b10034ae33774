import TacitText
import Testing

/// Bytes of a line on their way out.
@Suite struct ByteBufferTests {
    private static let lines: [([UInt8], String)] = [
        (Array("a \u{e4}\u{20ac}\u{1f600} b".utf8), "a \u{e4}\u{20ac}\u{1f600} b"),
        (Array("a\nb\r\u{1b}[31m\u{7f}\0".utf8), "a?b??[31m??"),
        // C1, as the two bytes that it is; what ends a line or turns its letters round.
        (Array("a\u{9b}31m \u{2028}\u{202e}\u{2066}b".utf8), "a?31m ???b"),
        // What is no UTF-8: a lone byte, one that is cut off, too long a form of a line's end.
        ([0x61, 0x9b, 0x62, 0xff, 0xe2, 0x82], "a?b???"), ([0xe0, 0x80, 0x8a, 0x62], "?b"), ([], ""),
    ]

    @Test(arguments: lines.indices) func aLineStaysOne(index: Int) {
        let (bytes, expected) = Self.lines[index]
        var buffer = ByteBuffer()
        buffer.append(bytes[...])
        buffer.keepToOneLine()
        #expect(String(decoding: buffer.bytes, as: UTF8.self) == expected)
    }
}
