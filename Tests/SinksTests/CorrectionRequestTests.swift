import TacitSinks
import TacitTestSupport
import Testing

/// What people say of events, as it comes from anywhere.
@Suite struct CorrectionRequestTests {
    private func request(_ text: String) -> CorrectionRequest? { CorrectionRequest(Array(text.utf8)) }

    @Test(arguments: [
        #"{"event":"a-b-1","label":"door bell"}"#, #"{"label":"door bell","event":"a-b-1"}"#,
        " { \"event\" :\n \"a-b-1\" ,\t\"label\": \"door\\u0020bell\" } ",
    ])
    func labels(text: String) {
        #expect(request(text)?.event == "a-b-1")
        #expect(request(text)?.judgement == .label("door bell"))
    }

    @Test func nothing() { #expect(request(#"{"event":"x","nothing":true}"#)?.judgement == .nothing) }

    @Test(arguments: [
        ("T\\u00fcr", "Tür"), ("Tür", "Tür"), ("\\ud83d\\udd14", "🔔"), ("a\\\"b\\\\c\\/d", "a\"b\\c/d"),
        ("\\t\\n", "\t\n"),
    ])
    func names(written: String, name: String) {
        #expect(request(#"{"event":"x","label":"\#(written)"}"#)?.judgement == .label(name))
    }

    @Test(arguments: [
        "", "{", "null", "[]", "\"x\"", "{}", #"{"event":"x"}"#, #"{"label":"x"}"#, #"{"event":"x","label":""}"#,
        #"{"event":"x","label":"y","nothing":true}"#, #"{"event":"x","nothing":false}"#,
        #"{"event":"x","nothing":"yes"}"#,
        #"{"event":"x","event":"y"}"#, #"{"event":"x","label":"y","more":1}"#, #"{"event":"x","label":["y","z"]}"#,
        #"{"event":"x","label":"\ud83d"}"#, #"{"event":"x","label":"y"}{"#, #"{"event":{"event":"x"},"label":"y"}"#,
        #"{"event":"x","label":"y"#,
    ])
    func malformed(text: String) { #expect(request(text) == nil) }

    @Test func bounds() {
        func text(_ count: Int) -> String { #"{"event":"x","label":"\#(String(repeating: "y", count: count))"}"# }
        #expect(request(text(256)) != nil)
        #expect(request(text(257)) == nil)
        #expect(request(text(256) + String(repeating: " ", count: 800)) == nil)
        #expect(CorrectionRequest([0x7b, 0xff, 0x7d]) == nil)
    }

    /// Whatever it is, it is taken or refused.
    @Test func anything() {
        var random = RandomNumbers(seed: 1)
        let parts = [
            "{", "}", "\"event\"", ":", ",", "\"label\"", "\"x\"", "\\u", "\\", "true", "[", "]", "é", "\u{0}",
        ]
        for _ in 0..<20_000 {
            let count = Int.random(in: 0..<12, using: &random)
            _ = request((0..<count).map { _ in parts.randomElement(using: &random) ?? "" }.joined())
        }
    }
}
