import TacitText
import Testing

/// Names that may have been meant.
@Suite struct SpellingHintTests {
    @Test(arguments: [
        ("litsen", ", perhaps 'listen'"), ("LISTEN", ", perhaps 'listen'"), ("lern", ", perhaps 'learn'"),
        ("list", ", perhaps 'listen'"), ("xyz", ""), ("", ""), ("classification", ""),
    ])
    func hints(name: String, expected: String) {
        #expect(SpellingHint.hint(name, among: ["classify", "listen", "learn"]) == expected)
    }

    /// A third of what was written may be wrong.
    @Test func howFarIsTooFar() {
        #expect(SpellingHint.nearest("listening", among: ["lstnng"]) == ["lstnng"])
        #expect(SpellingHint.nearest("listening", among: ["lstng"]).isEmpty)
        #expect(SpellingHint.nearest("ab", among: ["abc", "abcd", "a", "xb", "xy"]).sorted() == ["a", "abc", "xb"])
    }

    @Test func threeAtMostTheNearestFirst() {
        let found = SpellingHint.nearest(
            "dog bark", among: ["dog barks", "cat", "dog lark!", "dog bark", "dogbark", "dog bark"])
        #expect(found.count == 3 && found.first == "dog bark" && Set(found).count == 3)
        #expect(!found.contains("cat") && !found.contains("dog lark!"))
    }
}
