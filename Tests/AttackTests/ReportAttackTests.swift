import Foundation
import TacitTestSupport
import Testing

/// What stands in a model file for its report, whatever that is: shown, or refused with a line.
@Suite struct ReportAttackTests {
    private let model: ConvertedModel
    private let original: EditableModel

    init() throws {
        model = try ConvertedModel(GoldenCase(name: "llama-plain"), weights: "int4")
        original = EditableModel(Array(try Data(contentsOf: URL(fileURLWithPath: model.path))))
    }

    /// The outcome of `show --report` for a file with this in its place.
    private func show(_ report: String?, _ flags: [String] = []) throws -> (path: String, outcome: Executable.Outcome) {
        var edited = original
        edited["tacit.report"] = report.map { .string($0) }
        let path = try model.folder.write("edited.gguf", edited.sealed())
        // Nothing else looks at it.
        #expect(try Executable.tacit.run(["verify", path]).status == 0)
        #expect(try Executable.tacit.run(["show", path]).status == 0)
        return (path, try Executable.tacit.run(["show", path, "--report"] + flags))
    }

    @Test(arguments: [
        "no JSON", "{", "[1]", "1", #"{"a":}"#, #"{"a":1}}"#, #"{"a":1},"#, #"{"a":01}"#, "{\"a\":\n1}",
        #"{"a":"#, #"{"a":"\u12"}"#, "{\"a\":\"\u{1}\"}", "\u{feff}{}", "{\"a\":NaN}", "\0",
        #"{"a":"# + String(repeating: "[", count: 8000) + String(repeating: "]", count: 8000) + "}",
        String(repeating: #"{"a":"#, count: 3000),
    ])
    func isRefused(report: String) throws {
        for flags in [[], ["--json"]] {
            let (path, outcome) = try show(report, flags)
            #expect(outcome.status == 65)
            #expect(outcome.output.isEmpty)
            #expect(outcome.errorLines == ["tacit: \(path): tacit.report: expected a JSON object on one line"])
        }
    }

    /// Older files have none, and an empty one says as much.
    @Test(arguments: [nil, "", "      "])
    func isNotThere(report: String?) throws {
        let (path, outcome) = try show(report)
        #expect(outcome.status == 0)
        #expect(outcome.outputLines == ["\(path): holds no report: converted by an older tacit-convert"])
        let (other, json) = try show(report, ["--json"])
        #expect(json.status == 0)
        #expect(json.standardOutput == "{\"path\":\"\(other)\",\"report\":null}\n")
    }

    /// Names and values from a later version, or from somebody who means no good: a row each, nothing that moves a
    /// cursor.
    @Test func isShownAsItIs() throws {
        let report = #"{"a\u001b[2J":{"b":[1,{"c":"x"},[]]},"": null,"e":-1e5,"\#u{9b}2J\#u{7f}":true}"#
        let (_, outcome) = try show(report + "  ")
        #expect(outcome.status == 0)
        #expect(
            outcome.outputLines.map { $0.split(separator: " ").joined(separator: " ") } == [
                #"a\u001b[2J.b.1 1"#, #"a\u001b[2J.b.2.c x"#, "null", "e -1e5", "?2J? true",
            ])
        let (path, json) = try show(report + "  ", ["--json"])
        #expect(json.standardOutput == "{\"path\":\"\(path)\",\"report\":\(report)}\n")
    }

    /// As long as it may be, and made to take as many rows with as long names as that allows.
    @Test func theLongest() throws {
        let name = String(repeating: "n", count: 8000)
        let values = String(repeating: "0,", count: 4000) + "0"
        let (_, outcome) = try show("{\"\(name)\":[\(values)]}")
        #expect(outcome.status == 0)
        #expect(outcome.outputLines.count == 4001)
    }
}
