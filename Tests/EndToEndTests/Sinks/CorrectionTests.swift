import Foundation
import TacitTestSupport
import Testing

/// "This was X", "this was nothing": from the page and from a broker, learned from the event's own clip.
@Suite struct CorrectionTests {
    private static let token = "a token of these tests"
    private let listening: EventfulListening
    private let arguments: [String]
    private var folder: TemporaryFolder { listening.folder }

    init() throws {
        listening = try EventfulListening()
        let token = try listening.folder.write("token", Array("\(Self.token)\n".utf8))
        arguments = [
            "--http-token-file", token, "--labels", listening.folder.path("my.labels"), "--to",
            "clips:\(listening.folder.path("clips"))", "--clip-reserve", "0", "--clip-before", "0.2", "--clip-after",
            "0.1",
            "--name", "ear",
        ]
    }

    private struct Listed: Decodable, Equatable {
        var name: String
        var examples: Int
        var corrections: Int
    }

    private func list() throws -> [Listed] {
        let outcome = try Executable.tacit.run(
            ["learn", listening.model.path, "--list", "--json", "--labels", folder.path("my.labels")])
        try #require(outcome.status == 0, "\(outcome.standardError)")
        return try outcome.outputLines.map { try JSONDecoder().decode(Listed.self, from: Data($0.utf8)) }
    }

    /// An event that is over, and whose clip is whole.
    private func event(_ page: PageRun) throws -> (id: String, label: String) {
        var found: (id: String, label: String)?
        for _ in 0..<10 where found == nil {
            page.feed(seconds: 3, events: 2)
            let clips = Set(try FileManager.default.contentsOfDirectory(atPath: folder.path("clips")))
            for line in page.lines {
                guard
                    let event = line.firstMatch(of: /"state":"on","label":"([^"]*)".*"id":"([^"]*)","clip":"([^"]*)"/),
                    clips.contains(String(event.output.3))
                else { continue }
                found = (String(event.output.2), String(event.output.1))
            }
        }
        return try #require(found)
    }

    @Test(.enabled(if: PageRun.isPossible, "libmicrohttpd is not installed"))
    func fromThePage() throws {
        let page = try PageRun(arguments, listening: listening)
        // Another program that goes by the same file.
        let other = try PageRun(
            ["--labels", folder.path("my.labels")], listening: listening)
        other.feed(seconds: 2, events: 1)
        let event = try event(page)
        func say(_ judgement: String, id: String? = nil) throws -> WebAnswer {
            try page.ask(
                "/correct", method: "POST",
                [
                    "Content-Type: application/json", "Authorization: Bearer \(Self.token)",
                    "Origin: http://\(page.host)",
                ],
                body: #"{"event":"\#(id ?? event.id)",\#(judgement)}"#)
        }
        #expect(try say(#""nothing":true"#, id: "0193a5c8e4f1-9f3ac2d1-17").status == 404)
        #expect(try say(#""nothing":true"#, id: "../../x").status == 404)
        #expect(try say(#""nothing":1"#).status == 400)
        #expect(try say(#""label":"\#(event.label)""#).status == 409)
        let long = try say(#""label":"\#(String(repeating: "ä", count: 200))""#)
        #expect(long.status == 409 && long.text.contains("1 to 256 bytes"), "\(long.text)")
        #expect(try list().isEmpty)

        let nothing = try say(#""nothing":true"#)
        #expect(nothing.status == 200 && nothing.text.contains("not \(event.label)"), "\(nothing.text)")
        #expect(try list().map(\.corrections) == [1])
        #expect(waitUntil { other.run.standardError.contains("labels were taught anew") })
        #expect(waitUntil { page.run.standardError.contains("labels were taught anew") })

        let named = try say(#""label":"door \"bell\"""#)
        #expect(named.status == 200 && named.text.contains("an example of"), "\(named.text)")
        let learned = try list()
        #expect(learned.contains(Listed(name: "door \"bell\"", examples: 1, corrections: 0)))
        // In force at once, there and elsewhere.
        for run in [page, other] {
            #expect(waitUntil { run.run.standardError.contains(#"new: door "bell""#) })
            var state = ""
            for _ in 0..<50 where !state.contains(#""label":"door \"bell\"""#) {
                run.feed(seconds: 0.2, events: 10)
                state = try run.ask("/api/state").text
            }
            #expect(state.contains(#""label":"door \"bell\"""#), "\(state)")
        }
        #expect(page.finish() == 0 && other.finish() == 0)
        try expectPairs(page.lines)
        // And when it has been, it is there.
        let again = try listening.run(["--labels", folder.path("my.labels"), "--top", "0"])
        #expect(again.status == 0 && again.standardOutput.contains(#""label":"door \"bell\"""#))
    }

    @Test(.enabled(if: Mosquitto.isThere && PageRun.isPossible, "Mosquitto or libmicrohttpd is not installed"))
    func fromABroker() throws {
        let broker = try Mosquitto()
        try broker.start()
        let listener = try broker.listener()
        // A command that the broker keeps is nobody's wish of now.
        try broker.publish("here/ear/command", #"{"event":"kept","nothing":true}"#, retained: true)
        let page = try PageRun(
            arguments + ["--to", "mqtt://\(broker.address)/here", "--mqtt-commands"], listening: listening)
        let event = try event(page)
        let messages = MQTTMessages()
        func answer(to command: String) throws -> String {
            let before = messages.payloads("here/ear/command/answer").count
            try broker.publish("here/ear/command", command)
            #expect(messages.read(listener) { _ in messages.payloads("here/ear/command/answer").count > before })
            return messages.payloads("here/ear/command/answer").last ?? ""
        }
        #expect(try answer(to: "rubbish").hasPrefix(#"{"ok":false,"outcome":"malformed""#))
        #expect(try answer(to: String(repeating: "x", count: 100_000)).contains("malformed"))
        #expect(try answer(to: #"{"event":"x","nothing":true}"#).contains(#""outcome":"unknown event""#))
        let learned = try answer(to: #"{"event":"\#(event.id)","nothing":true}"#)
        #expect(learned.hasPrefix(#"{"ok":true,"outcome":"learned""#) && learned.hasSuffix(#""event":"\#(event.id)"}"#))
        #expect(try list().map(\.corrections) == [1])
        #expect(!messages.payloads("here/ear/command/answer").contains { $0.contains("kept") })
        #expect(page.finish() == 0)
    }

    @Test func whatGoesTogether() throws {
        for (more, word) in [
            (["--to", "mqtt://localhost", "--mqtt-commands"], "clips:DIR"),
            (["--to", "mqtt://localhost", "--mqtt-commands", "--to", "clips:\(folder.path("c"))"], "--labels FILE"),
            (["--to", "mqtt://localhost", "--mqtt-ca-file", "x"], "mqtts://HOST"),
            (["--to", "mqtt://h", "--mqtt-cert-file", "x", "--mqtt-key-file", "x"], "mqtts://HOST"),
            (["--to", "http://127.0.0.1:0", "--http-name", "a:b"], "without a port"),
            (["--http-name", "a"], "http://HOST:PORT"), (["--mqtt-commands"], "mqtt://HOST"),
            (["--http-token-file", "x"], "http://HOST:PORT"),
        ] {
            let outcome = try listening.run(more)
            #expect(outcome.status == 64 && outcome.standardError.contains(word), "\(outcome.standardError)")
        }
    }
}
