import TacitSettings
import TacitTestSupport
import Testing

/// Whatever the bytes are: some faults, no trap, in little time.
@Suite struct HostileSettingsTests {
    private func faults(_ bytes: [UInt8]) -> [SettingsFault] { SettingsReader(bytes).faults }
    private func faults(_ text: String) -> [SettingsFault] { faults(Array(text.utf8)) }

    @Test func tooLarge() throws {
        let fault = try #require(faults(String(repeating: "# a megabyte of words\n", count: 50_000)).first)
        #expect(fault.words.contains("more than"), "\(fault.words)")
        // As large as may be, and nothing but a comment.
        let largest = [UInt8](repeating: UInt8(ascii: "#"), count: TOMLFile.largest)
        #expect(faults(largest).first?.words.contains("no [[input]]") == true)
    }

    @Test(arguments: [
        String(repeating: "[", count: 100_000), "x = " + String(repeating: "[", count: 100_000),
        "x = " + String(repeating: "{a=", count: 60_000), String(repeating: "a.", count: 100_000) + "b = 1",
        "[" + String(repeating: "a.", count: 100_000) + "b]", "[[" + String(repeating: "\"a\".", count: 50_000) + "b]]",
        "x = [\n" + String(repeating: "[\n", count: 50_000), "x = '''\n'''\n" + String(repeating: "[", count: 100_000),
        "x = \"\\\"\"\n" + String(repeating: "[", count: 100_000),
        "x = \"\"\"\\\"\"\"\"\n" + String(repeating: "a.", count: 100_000) + "b = 1",
        "x = '\\'\n" + String(repeating: "a.", count: 100_000) + "b = 1",
    ])
    func tooDeep(text: String) throws {
        let fault = try #require(faults(text).first)
        #expect(fault.words.contains("within one another"), "\(fault.words)")
    }

    @Test func manyTablesAndBracketsInTextsAreNotDeep() {
        let tables = (0..<SettingsReader.mostInputs).map {
            "[[input]]\nname = \"n\($0)\"\nonly = [\"[[[[[[[[[[[[[[[[[[[\", '{{{{{{{{{{{{{{{{{{{{']\n"
        }
        let text =
            tables.joined()
            + "# [[[[[[[[[[[[[[[[[[[[[[[[[[[\n[label.\"a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t\"]\nthreshold = 0.5\n"
        let found = faults(text)
        #expect(found.isEmpty, "\(found.prefix(3))")
    }

    /// Each is looked at with every other, and an input's model is opened: so many are told at the first too many, and
    /// nothing is said that follows from those that were not looked at.
    @Test func tooMany() {
        func input(_ more: String) -> String { "[[input]]\nname = \"a\"\n\(more)" }
        func tables(_ count: Int, _ one: (Int) -> String) -> String { (0..<count).map(one).joined() }
        func sink(_ number: Int) -> String { "[[sink]]\nname = \"s\(number)\"\nto = \"jsonl:\(number)\"\n" }
        func texts(_ count: Int) -> String { tables(count) { "\"s\($0)\", " } }
        let (sinks, labels, names) = (SettingsReader.mostSinks, SettingsReader.mostLabels, SettingsReader.mostTexts)
        for (text, line, words) in [
            (
                tables(SettingsReader.mostInputs + 1) { "[[input]]\nname = \"n\($0)\"\n" },
                2 * SettingsReader.mostInputs + 1, "input: expected at most"
            ),
            (
                tables(sinks + 2, sink) + input("to = \"s\(sinks + 1)\"\n"), 3 * sinks + 1, "sink: expected at most"
            ),
            (
                input(tables(labels + 1) { "[label.l\($0)]\non-after = 1\n" }), 3 + 2 * labels,
                "label: expected at most"
            ),
            (input("only = [\(texts(names + 1))]\n"), 3, "only: expected at most"),
        ] {
            let found = faults(text)
            #expect(found.count == 1 && found.first?.place.line == line, "\(found.prefix(3))")
            #expect(found.first?.words.hasPrefix(words) == true, "\(found.prefix(3))")
        }
        #expect(
            faults(tables(sinks, sink) + input("to = [\(texts(min(sinks, names)))]\nonly = [\(texts(names))]\n"))
                .isEmpty)
    }

    @Test(
        arguments: [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82], [0x80]]
            as [[UInt8]])
    func noUTF8(bytes: [UInt8]) throws {
        let head = Array("[[input]]\nname = \"a".utf8)
        let fault = try #require(faults(head + bytes + Array("\"\n".utf8)).first)
        #expect(fault.words.hasPrefix("no TOML"))
        #expect(fault.place.line == 2, "\(fault)")
    }

    /// What is no number of TOML's is nobody's; an input's are the command line's to judge but for their kind, a label's have
    /// bounds here.
    @Test func hugeNumbers() {
        for (number, isTOML, isWhole, isInBounds) in [
            ("1e999", false, false, false), ("-1e999", false, false, false), ("9223372036854775807", true, true, false),
            ("-9223372036854775808", true, true, false), ("0x7fffffffffffffff", true, true, false),
            ("inf", true, false, false), ("-inf", true, false, false), ("1e-999", true, false, true),
        ] {
            func starts(_ text: String) -> [String] {
                faults("[[input]]\nname = \"a\"\n\(text)").map { String($0.words.prefix { $0 != ":" && $0 != "," }) }
            }
            for key in ["top", "threshold", "hop", "wait", "rate"] {
                let expected = !isTOML ? ["no TOML"] : key == "top" && !isWhole ? ["top"] : []
                #expect(starts("\(key) = \(number)\n") == expected, "\(key) = \(number)")
            }
            let expected = !isTOML ? ["no TOML"] : isInBounds ? [] : ["threshold", "on-after"]
            #expect(starts("[label.x]\nthreshold = \(number)\non-after = \(number)\n") == expected, "\(number)")
        }
    }

    /// Every start of a good file, and the file with any byte changed.
    @Test func cutAndSpoilt() {
        let good = Array(
            "quiet = [\"22:00-06:00\"]\n[[input]]\nname = 'a'\nto = \"s\"\ntop = 5\n[[sink]]\nname = \"s\"\nto = \"\"\"stdout\"\"\"\n[label.\"x y\"]\nthreshold = 0.1_0e-1\n"
                .utf8)
        #expect(faults(good).isEmpty, "\(faults(good))")
        for count in good.indices { _ = faults(Array(good[..<count])) }
        var random = RandomNumbers(seed: 7)
        for index in good.indices {
            for byte in [
                0, 0x7f, 0xff, UInt8(ascii: "\""), UInt8(ascii: "["), UInt8(ascii: "\n"),
                UInt8.random(in: 0...255, using: &random),
            ] {
                var bytes = good
                bytes[index] = byte
                _ = faults(bytes)
            }
        }
    }
}
