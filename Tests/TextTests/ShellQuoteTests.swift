import TacitDiagnostics
import TacitTestSupport
import TacitText
import Testing

/// Words that are shown as a shell takes them for one.
@Suite struct ShellQuoteTests {
    private static let hostile = [
        "", "-rf", "a b", "it's", "'", "''", "\\", "\\'", "\"", "a\\b", "$(reboot)", "`reboot`", "$HOME", "*", "~",
        "#x",
        "a;b", "a&b", "a|b", ">x", "!x", "{a,b}", "[a]", "ä", "日本", "a\u{308}", "'\u{301}", "/dev/video0", "x=1", "%",
    ]

    @Test(arguments: hostile) func aWordIsOneAgain(word: String) {
        let words = ShellWords.split("a \(ShellQuote.word(word)) b")
        #expect(words?.map { Array($0.utf8) } == ["a", word, "b"].map { Array($0.utf8) })
    }

    @Test func anyWordIsOneAgain() {
        var random = RandomNumbers(seed: 1)
        let letters = "ab '\"\\$`-*;\u{301}ä"
        let scalars = Array(letters.unicodeScalars)
        for _ in 0..<2000 {
            var word = ""
            for _ in 0..<random.integer(below: 8) {
                word.unicodeScalars.append(scalars[random.integer(below: scalars.count)])
            }
            let words = ShellWords.split(ShellQuote.word(word))
            #expect(words?.map { Array($0.utf8) } == [Array(word.utf8)])
        }
    }

    /// To a real one, too.
    @Test func aShellTakesThemForTheSame() throws {
        let command = "printf '%s\\0' " + Self.hostile.map(ShellQuote.word).joined(separator: " ")
        let outcome = try Executable.shell.run(["-c", command])
        #expect(outcome.status == 0)
        #expect(outcome.output == Self.hostile.flatMap { Array($0.utf8) + [0] })
    }

    @Test(arguments: [
        ("/dev/video0", "/dev/video0"), ("a-b_c.d:e@f%g+h=i,j", "a-b_c.d:e@f%g+h=i,j"), ("-x", "'-x'"),
        ("it's", "'it'\\''s'"), ("a\n\u{1b}[2J\u{202e}b", "'a??[2J?b'"), ("a\u{10feff}", "'a\u{fffd}'"),
    ])
    func whatIsShown(word: String, expected: String) { #expect(ShellQuote.word(word) == expected) }
}
