import TacitSinks
import Testing

/// Columns of a terminal's line are those that its text takes there.
@Suite struct ScreenLineTests {
    @Test(arguments: [
        ("dog", 3), ("a\u{202e}b", 3), ("a\u{2066}b\u{2028}", 4), ("a\u{1b}[", 3), ("e\u{301}", 1), ("犬", 2),
    ])
    func whatSpoilsALineStandsAsAQuestionMark(text: String, columns: Int) {
        var line = ScreenLine(isUnicode: true, hasColor: false)
        line.begin(columns: 80)
        line.text(text)
        let shown = String(decoding: line.buffer.bytes, as: UTF8.self)
        #expect(line.column == columns && ScreenLine.columns(text) == columns)
        #expect(shown.unicodeScalars.allSatisfy { !"\u{202e}\u{2066}\u{2028}\u{1b}".unicodeScalars.contains($0) })
    }

    @Test func aTextIsCutToItsColumns() {
        var line = ScreenLine(isUnicode: false, hasColor: false)
        line.begin(columns: 4)
        line.text(String(repeating: "\u{202e}", count: 9))
        #expect(line.column == 4 && line.buffer.bytes == Array("???~".utf8))
    }
}
