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
                "a_b", "a_b_\(Slug.number(of: "a/b"))", "a_b_2", "a_b_3", "unnamed_\(Slug.number(of: "+"))",
                "unnamed_811c9dc5",
            ])
        let many = Slug.distinct(Array(repeating: "x", count: 5000) + (0..<5000).map { "x_\($0)" })
        #expect(Set(many).count == many.count)
    }

    /// Which others there are makes no difference to names of other letters.
    @Test func namesOfOtherLettersAreTheirOwn() {
        let names = ["\u{95e8}\u{94c3}", "\u{441}\u{43e}\u{431}\u{430}\u{43a}\u{430} 2", "\u{43a}\u{43e}\u{442} 2"]
        let slugs = Slug.distinct(names)
        #expect(slugs[0].hasPrefix("unnamed_") && slugs[1].hasPrefix("2_") && Set(slugs).count == 3)
        for (name, slug) in zip(names, slugs) { #expect(Slug.distinct([name]) == [slug]) }
        #expect(Slug.distinct(names.reversed()) == slugs.reversed())
        #expect(slugs.allSatisfy { Slug.make($0, longest: 200) == $0 })
        // What is read as it was stays as it was.
        #expect(
            Slug.distinct(["K\u{fc}che", "Clock Alarm", "2", "unnamed"]) == ["k_che", "clock_alarm", "2", "unnamed"])
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
