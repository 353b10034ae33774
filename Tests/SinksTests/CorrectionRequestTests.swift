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
        #"{"event":"x","label":"y"#, #"{"event":"x","label":true}"#, #"{"event":5,"label":"y"}"#,
        #"{"event":"x","label":null}"#, #"{"event":"x","nothing":"true"}"#, #"{"event":"","label":"y"}"#,
        "{\"event\":\"x\",\"label\":\"y\tz\"}", "{\"event\":\"x\",\"label\":\"y\nz\"}",
    ])
    func malformed(text: String) { #expect(request(text) == nil) }

    @Test func bounds() {
        func text(_ count: Int) -> String { #"{"event":"x","label":"\#(String(repeating: "y", count: count))"}"# }
        // How long a label's name may be is known where it is learned, and said there.
        #expect(request(text(900)) != nil)
        #expect(request(text(1024)) == nil)
        #expect(request(text(256) + String(repeating: " ", count: 800)) == nil)
        #expect(CorrectionRequest([0x7b, 0xff, 0x7d]) == nil)
    }

    /// What is meant by an object with both names and two texts that is written in such parts; nil for any other.
    private func meaning(_ parts: [String]) -> (event: String, label: String)? {
        guard parts.count == 9, parts[0] == "{", parts[2] == ":", parts[4] == ",", parts[6] == ":", parts[8] == "}"
        else { return nil }
        let values = Dictionary([(parts[1], parts[3]), (parts[5], parts[7])]) { first, _ in first }
        let texts: Set = ["\"event\"", "\"label\"", "\"x\""]
        guard let event = values["\"event\""], let label = values["\"label\""], texts.isSuperset(of: [event, label])
        else { return nil }
        return (event.filter { $0 != "\"" }, label.filter { $0 != "\"" })
    }

    /// Whatever it is, it is refused, or taken as what stands there.
    @Test func onlyWhatIsWholeIsTaken() {
        var random = RandomNumbers(seed: 1)
        let whole = ["{", "\"event\"", ":", "\"x\"", ",", "\"label\"", ":", "\"x\"", "}"]
        let all = whole + ["\\u", "\\", "true", "[", "]", "é", "\u{0}"]
        var taken = 0
        for index in 0..<20_000 {
            var parts: [String] = []
            if index % 2 == 0 {
                parts = whole
                for _ in 0..<Int.random(in: 0...3, using: &random) {
                    let place = Int.random(in: parts.indices, using: &random)
                    let part = all.randomElement(using: &random) ?? ""
                    switch Int.random(in: 0..<4, using: &random) {
                    case 0: parts[place] = part
                    case 1: parts.insert(part, at: place)
                    case 2: parts.remove(at: place)
                    default: parts.swapAt(place, Int.random(in: parts.indices, using: &random))
                    }
                }
            } else {
                for _ in 0..<Int.random(in: 0..<12, using: &random) {
                    parts.append(all.randomElement(using: &random) ?? "")
                }
            }
            let text = parts.joined()
            let meant = meaning(parts)
            if let found = request(text) {
                taken += 1
                #expect(found.event == meant?.event, "\(text)")
                #expect(found.judgement == .label(meant?.label ?? ""), "\(text)")
            } else {
                #expect(meant == nil, "\(text)")
            }
        }
        #expect(taken > 2000)
    }
}
