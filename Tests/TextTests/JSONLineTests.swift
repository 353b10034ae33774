import TacitTestSupport
import TacitText
import Testing

/// Lines of JSON, byte by byte and as the parser reads them.
@Suite struct JSONLineTests {
    private func text(_ body: (inout JSONLine) -> Void) -> String {
        var line = JSONLine()
        line.begin()
        body(&line)
        line.end()
        return String(decoding: line.bytes, as: UTF8.self)
    }

    /// What a value is written as.
    private func value(_ body: (inout JSONLine) -> Void) -> String {
        let line = text {
            $0.key("a")
            body(&$0)
        }
        return String(line.dropFirst(#"{"a":"#.count).dropLast("}\n".count))
    }

    @Test func commasStandBetween() {
        let line = text {
            $0.string("a", "b")
            $0.beginArray("c")
            $0.beginArray()
            $0.endArray()
            $0.integer(1)
            $0.beginObject()
            $0.endObject()
            $0.beginObject()
            $0.bool("d", true)
            $0.null("e")
            $0.endObject()
            $0.endArray()
            $0.key(dynamic: "\"f\"")
            $0.verbatim("[0]")
            $0.integer("g", nil)
        }
        #expect(line == #"{"a":"b","c":[[],1,{},{"d":true,"e":null}],"\"f\"":[0],"g":null}"# + "\n")
    }

    @Test func aLineBeginsAnew() {
        var line = JSONLine()
        for _ in 0..<2 {
            line.begin()
            line.bool("a", false)
            line.end()
            #expect(String(decoding: line.bytes, as: UTF8.self) == "{\"a\":false}\n")
        }
    }

    @Test func everyCharacterIsReadAsItself() throws {
        let scalars = (UInt32(0)...0x2ff).compactMap { Unicode.Scalar($0) } + ["\u{2028}", "\u{ffff}", "\u{1f600}"]
        for scalar in scalars {
            let character = String(Character(scalar))
            let written = value { $0.string("x\(character)y") }
            #expect(written.unicodeScalars.allSatisfy { $0.value >= 0x20 })
            #expect(try JSONParser.parse(Array(written.utf8)) == .string("x\(character)y"))
        }
        #expect(value { $0.string("\"\\/\n\r\t\u{0}\u{1f}\u{7f}") } == #""\"\\/\n\r\t\u0000\u001f"# + "\u{7f}\"")
        #expect(value { $0.path("a\u{10feff}") } == "\"a\u{fffd}\"")
    }

    @Test func integersAtTheEdges() {
        for number in [0, -1, 9, 10, 99, 100, Int.max, Int.min] {
            #expect(value { $0.integer(number) } == String(number))
        }
    }

    /// The same number again, to the last bit.
    @Test func floatsAreReadAsThemselves() throws {
        var random = RandomNumbers(seed: 1)
        var numbers: [Float] = [
            0, -0.0, 1, 0.1, .greatestFiniteMagnitude, -.leastNormalMagnitude, .leastNonzeroMagnitude, 16_777_216,
        ]
        for _ in 0..<5000 {
            let number = Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
            if number.isFinite { numbers.append(number) }
        }
        for number in numbers {
            let written = value { $0.float(number) }
            #expect(Float(written)?.bitPattern == number.bitPattern)
            #expect(try JSONParser.parse(Array(written.utf8)) == .number(written))
        }
        for number in [Float.nan, .infinity, -.infinity] { #expect(value { $0.float(number) } == "null") }
    }

    @Test(arguments: [
        (0, "0.0"), (1, "1.0"), (-0.25, "-0.25"), (1.000_000_001, "1.000000001"), (0.000_000_000_4, "0.0"),
        (-0.000_000_000_4, "0.0"), (86_400.5, "86400.5"), (.nan, "null"), (.infinity, "null"), (8e17, "null"),
    ])
    func seconds(number: Double, expected: String) { #expect(value { $0.seconds(number) } == expected) }

    @Test func millisecondsHaveThreePlaces() {
        #expect(value { $0.milliseconds(1.234_56) } == "1.235")
        #expect(value { $0.milliseconds(1.2) } == "1.2")
    }
}
