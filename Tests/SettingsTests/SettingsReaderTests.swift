import TacitSettings
import TacitText
import Testing

/// What a good file says, and what is said of files that are not.
@Suite struct SettingsReaderTests {
    private static let good = """
        quiet = "22:00-06:30"

        [[input]]
        name = "porch"
        device = "hw:1"
        model = "sound.gguf"
        hop = 0.5
        on_after = 1
        off-after = 2.5
        wait_lost = inf
        only = ["dog, barking", "cat"]
        realtime = false
        json = true
        to = ["out", "broker"]
        quiet = ["12:00-13:00"]

        [[input]]
        name = "gate"
        command = "rpicam-vid -t 0 -n --codec mjpeg -o -"
        sense = "pictures"

        [[sink]]
        name = "out"
        to = "stdout"

        [[sink]]
        name = "broker"
        to = "mqtt://host"
        mqtt-discovery = false
        mqtt_password_file = "/etc/secret"

        [label."dog, barking"]
        threshold = 0.25
        on_after = 1.5
        group = "animals"
        """

    @Test func aGoodFile() throws {
        let reader = SettingsReader(Array(Self.good.utf8))
        #expect(reader.faults.isEmpty, "\(reader.faults)")
        let settings = reader.settings
        #expect(settings.quiet.times == TimesOfDay("22:00-06:30"))
        let porch = try #require(settings.inputs.first)
        #expect(settings.inputs.map(\.name.text) == ["porch", "gate"])
        #expect(porch.model?.text == "sound.gguf" && porch.quiet.times == TimesOfDay("12:00-13:00"))
        #expect(porch.to.map(\.text) == ["out", "broker"])
        #expect(
            porch.entries.flatMap(\.arguments) == [
                "--device=hw:1", "--hop=0.5", "--on-after=1", "--off-after=2.5", "--wait-lost=inf",
                "--only=dog, barking", "--only=cat", "--json",
            ])
        #expect(settings.inputs[1].sense == .pictures && settings.inputs[1].to.isEmpty)
        #expect(settings.sinks.map(\.address.text) == ["stdout", "mqtt://host"])
        #expect(
            settings.sinks[1].entries.flatMap(\.arguments)
                == ["--mqtt-discovery=off", "--mqtt-password-file=/etc/secret"])
        let label = try #require(settings.labels.first)
        #expect(label.name.text == "dog, barking" && label.group?.text == "animals")
        #expect(label.threshold == 0.25 && label.onAfter == 1.5 && label.offAfter == nil)
    }

    /// An input and a sink that are well, for what stands behind them.
    private static let head = "[[input]]\nname = \"a\"\n[[sink]]\nname = \"s\"\nto = \"stdout\"\n"

    struct Bad: Sendable, CustomTestStringConvertible {
        let text: String
        let line: Int
        let column: Int
        let words: [String]

        init(_ text: String, _ line: Int, _ column: Int, _ words: String...) {
            (self.text, self.line, self.column, self.words) = (text, line, column, words)
        }

        var testDescription: String { String(text.prefix(60)) }
    }

    private static func input(_ more: String) -> String { "[[input]]\nname = \"a\"\n" + more }
    private static func sink(_ more: String) -> String {
        "[[input]]\nname = \"a\"\n[[sink]]\nname = \"s\"\nto = \"stdout\"\n" + more
    }
    private static func label(_ more: String) -> String { "[[input]]\nname = \"a\"\n[label.dog]\n" + more }

    static let bad: [Bad] = [
        // No TOML.
        Bad("a", 1, 2, "no TOML"),
        Bad("a = ", 1, 5, "no TOML"),
        Bad("a = 1\na = 2", 2, 5, "no TOML", "redefine", "'a'"),
        Bad("[[input]]\nname = \"a\nmodel = 1", 2, 10, "no TOML"),
        Bad("[[input]\nname = \"a\"", 1, 9, "no TOML"),
        Bad("[input\nname = 1", 1, 7, "no TOML"),
        Bad("x = [1, 2", 1, 10, "no TOML", "array"),
        Bad("x = {a = 1", 1, 11, "no TOML"),
        Bad("x = {a = 1, a = 2}", 1, 17, "no TOML"),
        Bad("= 1", 1, 1, "no TOML"),
        Bad("x = 99999999999999999999", 1, 25, "no TOML", "64 bits"),
        Bad("x = 1e", 1, 7, "no TOML"),
        Bad("x = 01", 1, 7, "no TOML"),
        Bad("x = 2026-13-01", 1, 12, "no TOML"),
        Bad("x = \"\\q\"", 1, 7, "no TOML"),
        Bad("x = \"a\u{0}b\"", 1, 7, "no TOML", "control"),
        Bad("\u{0}", 1, 1, "no TOML"),
        Bad("[label]\n[label]", 2, 1, "no TOML", "redefine"),
        Bad("input = 1\n[[input]]", 2, 1, "no TOML"),
        // Tables.
        Bad("", 1, 1, "no [[input]]"),
        Bad("# nothing", 1, 1, "no [[input]]"),
        Bad("[input]\nname = \"a\"", 1, 2, "[[input]]", "two brackets"),
        Bad("input = 3", 1, 9, "[[input]]", "whole number"),
        Bad("input = []", 1, 1, "found none"),
        Bad("input = [1]", 1, 10, "[[input]]", "whole number"),
        Bad(head + "[sink]", 6, 1, "no TOML"),
        Bad("[[inptu]]\nname = \"a\"", 1, 3, "unknown key 'inptu'", "expected input, sink"),
        Bad(head + "[[labels]]\n", 6, 3, "unknown key 'labels'", "perhaps 'label'"),
        Bad("model = \"m.gguf\"\n" + head, 1, 1, "unknown key 'model'", "expected input, sink, label, quiet"),
        // Inputs.
        Bad("[[input]]\ndevice = \"x\"", 1, 1, "no name"),
        Bad("[[input]]\nname = \"\"", 2, 8, "name", "empty"),
        Bad("[[input]]\nname = 5", 2, 8, "name: expected a text, found a whole number"),
        Bad("[[input]]\nname = \"\(String(repeating: "x", count: 65))\"", 2, 8, "64 bytes"),
        Bad("[[input]]\nname = \"a\\nb\"", 2, 8, "name: expected a text without control characters"),
        Bad("[[input]]\nname = \"a\\u202eb\"", 2, 8, "name", "set a direction"),
        Bad("[[input]]\nname = \"a\\u2066b\"", 2, 8, "name", "set a direction"),
        Bad(input("treshold = 0.5"), 3, 1, "unknown key 'treshold'", "perhaps 'threshold'"),
        Bad(input("onafter = 0.5"), 3, 1, "unknown key 'onafter'", "perhaps 'on-after'"),
        Bad(input("  mic = \"x\""), 3, 3, "unknown key 'mic' in an input"),
        Bad(input("mqtt-discovery = \"on\""), 3, 1, "unknown key"),
        Bad(input("top = \"5\""), 3, 7, "top: expected a whole number, found a text"),
        Bad(input("top = 5.0"), 3, 7, "top: expected a whole number, found a number"),
        Bad(input("threshold = true"), 3, 13, "threshold: expected a number, found true"),
        Bad(input("threshold = nan"), 3, 13, "threshold: expected a number, found nan"),
        Bad(input("realtime = 1"), 3, 12, "realtime: expected true or false, found a whole number"),
        Bad(input("realtime = \"yes\""), 3, 12, "realtime: expected true or false, found a text"),
        Bad(input("device = 1979-05-27"), 3, 10, "device: expected a text, found a date or time"),
        Bad(input("device = 07:32:00"), 3, 10, "device: expected a text, found a date or time"),
        Bad(input("device = [\"a\"]"), 3, 10, "device: expected a text, found an array"),
        Bad(input("device = {a = 1}"), 3, 10, "device: expected a text, found a table"),
        Bad(input("device = \"a\\u0000b\""), 3, 10, "device", "control characters"),
        Bad(input("only = [\"a\", 5]"), 3, 14, "only: expected a text, found a whole number"),
        Bad(input("only = []"), 3, 8, "only", "empty"),
        Bad(input("on-after = 1\non_after = 2"), 4, 1, "on_after: is there already, in line 3"),
        Bad(input("sense = \"so\\nund\""), 3, 9, "sense: expected a text of at most 4096 bytes"),
        Bad(input("sense = \"smell\""), 3, 9, "sense: expected \"sound\" or \"pictures\", found 'smell'"),
        Bad(input("to = [\"out\"]"), 3, 7, "no sink is called 'out'"),
        Bad(input("to = [\"s\", \"s\"]\n[[sink]]\nname = \"s\"\nto = \"stdout\""), 3, 12, "'s' is named twice"),
        Bad(
            input("to = [\"sa\"]\n[[sink]]\nname = \"s\"\nto = \"stdout\""), 3, 7, "no sink is called 'sa', perhaps 's'"
        ),
        Bad(input("[[input]]\nname = \"a\""), 4, 8, "an input 'a' is there already, in line 2"),
        Bad(
            input("input = \"-\"\n[[input]]\nname = \"b\"\ninput = \"-\""), 6, 1, "standard input is read already",
            "line 3"),
        Bad(input("quiet = \"22-6\""), 3, 9, "quiet: expected times as \"22:00-06:30\", found '22-6'"),
        Bad(input("quiet = [\"22:00-06:00\", \"09:00-09:00\"]"), 3, 25, "quiet", "'09:00-09:00'"),
        Bad(input("quiet = 22:00:00"), 3, 9, "quiet: expected a text, found a date or time"),
        Bad(input("model.name = \"x\""), 3, 1, "model: expected a text, found a table"),
        // Sinks.
        Bad("[[input]]\nname = \"a\"\n[[sink]]\nname = \"s\"", 3, 1, "[[sink]]: no to"),
        Bad("[[input]]\nname = \"a\"\n[[sink]]\nto = \"stdout\"", 3, 1, "[[sink]]: no name"),
        Bad(sink("threshold = 1"), 6, 1, "unknown key 'threshold' in a sink"),
        Bad(sink("mqtt_descovery = true"), 6, 1, "perhaps 'mqtt-discovery'"),
        Bad(sink("mqtt-discovery = \"maybe\""), 6, 18, "mqtt-discovery: expected \"on\" or \"off\", found a text"),
        Bad(sink("clip-bytes = 1.5"), 6, 14, "clip-bytes: expected a whole number or a text such as \"500M\""),
        Bad(sink("clip-count = \"many\""), 6, 14, "clip-count: expected a whole number"),
        Bad(sink("[[sink]]\nname = \"s\"\nto = \"jsonl:x\""), 7, 8, "a sink 's' is there already, in line 4"),
        // Labels.
        Bad(head + "[label.\"do\\u001bg\"]", 6, 8, "label: expected a name without control characters"),
        Bad("label = 3\n" + head, 1, 9, "[label.NAME]"),
        Bad("[[input]]\nname = \"a\"\n[label]\nthreshold = 0.5", 4, 1, "[label.NAME]"),
        Bad(label("threshold = 2"), 4, 13, "threshold: expected 0 to 1, found 2"),
        Bad(label("threshold = -0.1"), 4, 13, "threshold: expected 0 to 1"),
        Bad(label("threshold = \"high\""), 4, 13, "threshold: expected a number, found a text"),
        Bad(label("threshold = nan"), 4, 13, "threshold: expected 0 to 1"),
        Bad(label("on-after = -1"), 4, 12, "on-after: expected 0 to 604800"),
        Bad(label("off_after = inf"), 4, 13, "off_after: expected 0 to 604800"),
        Bad(label("group = 4"), 4, 9, "group: expected a text"),
        Bad(label("grupo = \"x\""), 4, 1, "unknown key 'grupo' in a label", "expected threshold"),
        Bad(label("on-after = 1\non_after = 1"), 5, 1, "is there already, in line 4"),
    ]

    @Test(arguments: bad) func whatIsWrongIsToldWithItsPlace(bad: Bad) throws {
        let faults = SettingsReader(Array(bad.text.utf8)).faults
        let fault = try #require(faults.first)
        #expect(faults.count == 1, "\(faults)")
        #expect(fault.place == SettingsPlace(line: bad.line, column: bad.column), "\(fault)")
        for words in bad.words { #expect(fault.words.contains(words), "\(fault.words)") }
        #expect(!fault.words.contains("\n"))
    }

    @Test func allThatIsWrongIsTold() {
        let text = "quiet = 5\n[[input]]\nname = \"a\"\ntop = \"x\"\nfoo = 1\nto = [\"b\"]\n[label.x]\nthreshold = 3"
        #expect(SettingsReader(Array(text.utf8)).faults.map(\.place.line) == [1, 4, 5, 6, 8])
    }

    @Test func columnsCountCodePoints() throws {
        let text = "[[input]]\nname = \"a\"\n\"ключ\" = 1"
        #expect(SettingsReader(Array(text.utf8)).faults.first?.place == SettingsPlace(line: 3, column: 1))
        let late = "[[input]]\nname = \"a\" # ж\nonly = [\"жук\", 5]"
        #expect(SettingsReader(Array(late.utf8)).faults.first?.place == SettingsPlace(line: 3, column: 16))
    }
}
