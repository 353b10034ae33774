import TacitDiagnostics
import TacitTestSupport
import TacitText
import Testing

/// What RFC 8259 allows is read, and nothing else.
@Suite struct JSONParserTests {
    private func parsed(_ text: String, _ numbers: JSONParser.Numbers = .standard) throws -> JSONValue {
        try JSONParser.parse(Array(text.utf8), numbers: numbers)
    }

    /// Where it is wrong, and how; nil where it is read.
    private func fault(_ bytes: [UInt8], _ numbers: JSONParser.Numbers = .standard) -> String? {
        let error = thrown(TacitError.self) { try JSONParser.parse(bytes, numbers: numbers) }
        #expect(error.map { $0.kind == .badData } ?? true)
        return error?.description
    }

    private func fault(_ text: String, _ numbers: JSONParser.Numbers = .standard) -> String? {
        fault(Array(text.utf8), numbers)
    }

    @Test func aDocument() throws {
        let value = try parsed(" {\"b\" : [1, true,\tfalse, null, \"x\"],\r\n\"a\":{}, \"\":[] } ")
        #expect(
            value
                == .object([
                    JSONMember("b", .array([.number("1"), .bool(true), .bool(false), .null, .string("x")])),
                    JSONMember("a", .object([])), JSONMember("", .array([])),
                ]))
        #expect(value.text == #"{"b":[1,true,false,null,"x"],"a":{},"":[]}"#)
        #expect(try parsed(value.text) == value)
    }

    @Test(arguments: [
        (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"), (#""\u0041\u00e4\u20AC\u0000""#, "Aä€\u{0}"),
        (#""\ud83d\ude00""#, "\u{1f600}"), (#""\uD800\uDC00\uDBFF\uDFFF""#, "\u{10000}\u{10ffff}"),
        (#""\ud7ff\ue000""#, "\u{d7ff}\u{e000}"), ("\"\u{7f}ä\u{2028}\"", "\u{7f}ä\u{2028}"),
    ])
    func escapes(text: String, expected: String) throws { #expect(try parsed(text) == .string(expected)) }

    @Test(arguments: [
        #""\ud83d""#, #""\ud83dx""#, #""\ud83d\n""#, #""\ud83d\u0041""#, #""\ud83d\ud83d""#, #""\ude00""#,
        #""\ude00\ud83d""#,
    ])
    func halfASurrogatePair(text: String) { #expect(fault(text)?.contains("half a surrogate pair") == true) }

    @Test(arguments: [
        #"""#, #""\"#, #""\""#, #""\u12"#, #""\u12""#, #""\u+123""#, #""\u 123""#, #""\x41""#, #""\U0041""#, #""\'""#,
        "'a'", "\"\n\"", "\"\t\"", "\"\u{0}\"", "\"a\" \"b\"",
    ])
    func noString(text: String) { #expect(fault(text) != nil) }

    @Test(arguments: [[0x80], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80]] as [[UInt8]])
    func noUTF8(bytes: [UInt8]) {
        #expect(fault([0x22, 0x61] + bytes + [0x22])?.contains("not UTF-8") == true)
    }

    @Test func itIsAsDeepAsItMayBe() throws {
        func nested(_ depth: Int, _ open: String, _ close: String) -> String {
            String(repeating: open, count: depth) + "0" + String(repeating: close, count: depth)
        }
        for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]")] {
            let each = open.count { $0 == "[" || $0 == "{" }
            #expect(fault(nested(64 / each, open, close)) == nil)
            #expect(fault(nested(64 / each + 1, open, close))?.contains("nested too deeply") == true)
        }
        // Nothing is looked at behind that.
        #expect(fault(String(repeating: "[", count: 1_000_000)) == "byte 64: invalid JSON: nested too deeply")
    }

    @Test func numbersKeepTheirText() throws {
        let long = "1" + String(repeating: "0", count: 63)
        for text in ["0", "-0", "0.0", "-1.50", "1e5", "1E+05", "0e-0", "1e999", "-9223372036854775809", long] {
            #expect(try parsed(text) == .number(text))
        }
        #expect(fault(long + "0") == "byte 65: invalid JSON: a number of more than 64 characters")
    }

    @Test(arguments: [
        "01", "-01", "00", "+1", ".5", "-.5", "1.", "1.e5", "1e", "1e+", "1e+-1", "-", "--1", "0x1", "1_0", "1 2",
        "NaN",
        "Infinity", "-Infinity", "١",
    ])
    func noNumber(text: String) { #expect(fault(text) != nil) }

    @Test func numbersOfPython() throws {
        for text in ["NaN", "Infinity", "-Infinity"] {
            #expect(try parsed("[\(text)]", .python) == .array([.number(text)]))
            #expect(try parsed("[\(text)]", .python).text == "[null]")
        }
        for text in ["nan", "-NaN", "Inf", "-Inf", "+Infinity", "Infinityx"] { #expect(fault(text, .python) != nil) }
    }

    @Test(arguments: [
        ("", "byte 0: invalid JSON: expected a value"), ("[1,x]", "byte 3: invalid JSON: expected a value"),
        ("[1,]", "byte 3: invalid JSON: expected a value"), ("[1 2]", "byte 3: invalid JSON: expected ]"),
        ("{\"a\":1,}", "byte 7: invalid JSON: expected a member's name"),
        ("{\"a\" 1}", "byte 5: invalid JSON: expected :"), ("{a:1}", "byte 1: invalid JSON: expected a member's name"),
        ("{\"a\":1,\"\\u0061\":2}", "byte 15: invalid JSON: a occurs twice"),
        ("tru", "byte 0: invalid JSON: expected true"),
        ("null,", "byte 4: invalid JSON: unexpected text after the document"),
        ("[", "byte 1: invalid JSON: expected a value"),
        ("\u{feff}1", "byte 0: invalid JSON: expected a value"),
    ])
    func itIsSaidWhereAndWhat(text: String, expected: String) { #expect(fault(text) == expected) }

    /// Every start of a document, and the document with any byte changed: a fault or a value that is written and read again.
    @Test func whatIsCutOrSpoiltIsSurvived() throws {
        let whole = Array(#"{"a":[1.5e-3,true,"\u00e4\ud83d\ude00\n"],"b":{"c":null,"d":-0}}"#.utf8)
        for count in whole.indices { #expect(fault(Array(whole[..<count])) != nil, "\(count)") }
        var read = 0
        for index in whole.indices {
            for byte in UInt8.min...UInt8.max {
                var bytes = whole
                bytes[index] = byte
                guard fault(bytes) == nil else { continue }
                read += 1
                let value = try JSONParser.parse(bytes)
                #expect(try parsed(value.text) == value)
            }
        }
        // Letters and digits within words may be others; at least each byte may be itself.
        #expect(read > whole.count && read < 256 * whole.count / 2)
    }
}
