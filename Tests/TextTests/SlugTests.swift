import TacitText
import Testing

/// Names that are safe in topics and files, and command lines as words.
@Suite struct SlugTests {
    @Test(arguments: [
        ("dog", "dog"), ("Clock Alarm", "clock_alarm"), ("a/b", "a_b"), ("+", "unnamed"), ("", "unnamed"),
        ("  x  ", "x"),
        ("K\u{fc}che", "k_che"), ("../../etc/passwd", "etc_passwd"), ("a\u{0}b", "a_b"), ("A-B_c9", "a-b_c9"),
        (String(repeating: "x", count: 1000), String(repeating: "x", count: 64)),
    ])
    func slug(text: String, expected: String) { #expect(Slug.make(text) == expected) }

    @Test func noTwoAreEqual() {
        #expect(
            Slug.distinct(["a b", "a/b", "a_b_2", "a_b", "+", ""]) == [
                "a_b", "a_b_2", "a_b_2_2", "a_b_3", "unnamed", "unnamed_2",
            ])
        let many = Slug.distinct(Array(repeating: "x", count: 5000) + (0..<5000).map { "x_\($0)" })
        #expect(Set(many).count == many.count)
    }

    @Test(arguments: [
        ("a b  c", ["a", "b", "c"]), ("a 'b c' \"d e\"", ["a", "b c", "d e"]), ("a\\ b", ["a b"]), ("'a\\b'", ["a\\b"]),
        ("\"a\\\"b\\c\"", ["a\"b\\c"]), ("a''b", ["ab"]), ("'' a", ["", "a"]), ("$(x) `y` *", ["$(x)", "`y`", "*"]),
        ("", []),
        ("a'b'\"c\"d", ["abcd"]), ("\ta\n", ["a"]),
    ])
    func words(text: String, expected: [String]) { #expect(ShellWords.split(text) == expected) }

    @Test(arguments: ["'a", "\"a", "a\\", "\"a\\"]) func unfinished(text: String) {
        #expect(ShellWords.split(text) == nil)
    }
}
