import Foundation
import TacitTestSupport
import Testing

/// SIGHUP: settings that say the same in other words are the same.
@Suite struct ReloadInOtherWordsTests {
    private let inputs: SeveralInputs
    private let raw: String

    init() throws {
        inputs = try SeveralInputs()
        raw = try inputs.folder.write("a.raw", Sounds.raw(inputs.samples))
    }

    /// An input that hears and one that sees, both of them told in two files.
    private func settings(
        _ keys: [String]? = nil, to: String = "[\"a\", \"b\"]", quiet: String = "[\"12:00-13:00\", \"22:00-06:00\"]",
        labels: String? = nil
    ) -> String {
        let keys =
            keys ?? ["raw = true", "rate = \(inputs.firstRate)", "smooth = 1", "only = [\"label 00\", \"label 01\"]"]
        return """
            quiet = \(quiet)
            [[input]]
            name = "ear"
            model = "\(inputs.first.path)"
            command = "sh -c 'cat \(raw); exec sleep 1000'"
            command-silence = 86400
            \(keys.joined(separator: "\n"))
            to = \(to)
            [[input]]
            name = "eye"
            model = "\(inputs.pictures.path)"
            command = "sh -c 'exec sleep 1000'"
            command-silence = 86400
            size = "24x18"
            format = "rgb24"
            [[sink]]
            name = "a"
            to = "jsonl:\(inputs.folder.path("a.jsonl"))"
            [[sink]]
            name = "b"
            to = "jsonl:\(inputs.folder.path("b.jsonl"))"
            \(labels ?? Self.label("00") + Self.label("01"))
            """
    }

    private static func label(_ number: String) -> String { "[label.\"label \(number)\"]\nthreshold = 0.5\n" }

    @Test func whatIsTheSameGoesOn() throws {
        let rate = inputs.firstRate
        let run = try LiveRun(.tacit, ["run", try inputs.write(settings())])
        let file = inputs.folder.path("a.jsonl")
        #expect(
            waitUntil { (try? String(contentsOfFile: file, encoding: .utf8))?.isEmpty == false }, "\(run.standardError)"
        )
        var count = 0
        func expect(_ text: String, _ words: String) throws {
            try inputs.write(text)
            run.send(signal: SIGHUP)
            count += 1
            #expect(
                waitUntil { run.standardError.components(separatedBy: "read again").count > count },
                "\(run.standardError)")
            let last = run.standardError.split(separator: "\n").last { $0.contains("read again") }
            #expect(last?.contains(words) == true, "\(text)\n\(last ?? "nothing")")
        }
        let all = "2 go on, 0 ended, 0 began"
        let hears = "only = [\"label 00\", \"label 01\"]"
        try expect(settings(["rate = \(rate)", "smooth = 1", hears, "raw = true"]), all)
        try expect(settings(["raw = true", "rate = \(rate)", "smooth = 1.0", hears, "logits = false"]), all)
        try expect(
            settings(["raw = true", "rate = \(rate)", "smooth = 1", "only = [\"label 01,label 00\"]"]), all)
        try expect(settings(to: "[\"b\", \"a\"]", quiet: "[\"22:00-06:00\", \"12:00-12:30\", \"12:30-13:00\"]"), all)
        let two = Self.label("01") + Self.label("00")
        try expect(settings(labels: two), all)
        try expect(settings(labels: two + "[label.\"label 02\"]\n"), all)
        // Of the model that sees, alone.
        try expect(settings(labels: two + Self.label("07")), "1 go on, 1 ended, 1 began")
        try expect(
            settings(["raw = true", "rate = \(rate)", "smooth = 2", hears], labels: two + Self.label("07")),
            "1 go on, 1 ended, 1 began")
        run.send(signal: SIGTERM)
        #expect(run.finish() == 0)
    }
}
