import Foundation
import TacitDiagnostics
import TacitSinks
import TacitTestSupport
import Testing

/// What `--to` takes and refuses, and how it is opened.
@Suite struct SinkTableTests {
    @Test func standardOutputUnlessTold() throws {
        #expect(try SinkTable.parse([]).map(\.name) == ["stdout"])
        #expect(try SinkTable.parse(["jsonl:a:b"]).map(\.address) == ["a:b"])
        #expect(try SinkTable.parse(["stdout", "jsonl:a", "jsonl:b"]).count == 3)
        // Names that only look alike are two files.
        #expect(try SinkTable.parse(["jsonl:\u{e9}", "jsonl:e\u{301}"]).count == 2)
    }

    @Test(arguments: [
        ["nowhere"], [""], [":"], ["jsonl:-"], ["nowhere:a"], ["jsonl"], ["jsonl:"], ["stdout:"], ["stdout:a"],
        ["STDOUT"],
        ["stdout", "stdout"], ["jsonl:a", "jsonl:a"], ["jsonl:a", "jsonl:./a"], ["jsonl:/tmp/a", "jsonl:/tmp//a"],
        ["jsonl:a", "nowhere"], ["mqtt://a", "mqtt://a:1883"], ["http://a:80", "http://a:80/"],
        ["mqtt://me@a/b", "mqtt://me@a:1883/b"], ["mqtt://LOCALHOST/a", "mqtt://localhost/a"],
        ["mqtts://Broker.example", "mqtts://broker.EXAMPLE:8883"], ["mqtt://[FE80::1]", "mqtt://[fe80::1]"],
        // The same topics, whoever tells them there.
        ["mqtt://a/x", "mqtt://me@a/x"], ["mqtt://me@a/x", "mqtt://Me@a/x"],
        ["http://127.0.0.1:80", "http://localhost:80"], ["http://LocalHost:80", "http://[::1]:80"],
    ])
    func refuses(texts: [String]) {
        #expect {
            _ = try SinkTable.parse(texts)
        } throws: {
            ($0 as? TacitError)?.kind == .usage
        }
    }

    /// Also where there is nothing yet.
    @Test func linksToOneFileAreOne() throws {
        let folder = try TemporaryFolder()
        for name in ["one", "two"] {
            try FileManager.default.createSymbolicLink(
                atPath: folder.path(name), withDestinationPath: folder.path("lines"))
        }
        for _ in 0..<2 {
            for other in ["two", "lines"] {
                #expect(throws: TacitError.self) {
                    _ = try SinkTable.parse(["jsonl:\(folder.path("one"))", "jsonl:\(folder.path(other))"])
                }
            }
            #expect(
                try SinkTable.parse(["jsonl:\(folder.path("one"))", "jsonl:\(folder.path("other"))"]).count == 2)
            try folder.write("lines", [])
        }
    }

    @Test func differentBrokersAreDifferent() throws {
        var settings = SinkSettings()
        settings.page.tokenFile = "token"
        #expect(
            try SinkTable.parse(
                [
                    "mqtt://a/x", "mqtt://a/y", "mqtt://b/x", "mqtt://me@a/z", "mqtts://a/x", "http://a:80",
                    "http://a:81", "mqtt://[fe80::1%lo]", "mqtt://[::1]", "mqtt://[fe80::1%LO]", "http://127.0.0.1:80",
                    "http://[::1]:80", "mqtt://a/X", "mqtt://Me@a/Z",
                ], settings
            ).count == 14)
    }

    @Test func whatIsKnownIsNamed() throws {
        #expect {
            _ = try SinkTable.parse(["nowhere:a"])
        } throws: { error in
            SinkTable.kinds.allSatisfy { "\(error)".contains($0.form) }
        }
    }

    /// Whoever tries again finds the port free, and hears of the same trouble.
    @Test func whatWasOpenedBeforeTheOneThatCannotBeIsClosed() throws {
        let folder = try TemporaryFolder()
        let nowhere = folder.path("none/a.jsonl")
        var settings = SinkSettings()
        settings.areRequired = true
        let port = try LoopbackPort.unused()
        let wishes = try SinkTable.parse(
            ["jsonl:\(folder.path("a.jsonl"))", "http://127.0.0.1:\(port)", "jsonl:\(nowhere)"], settings)
        for _ in 0..<3 {
            #expect {
                _ = try SinkTable.open(wishes, settings, News.stream(labels: ["a"], waits: true))
            } throws: {
                ($0 as? TacitError)?.kind == .cannotCreate && "\($0)".contains(nowhere)
            }
        }
    }
}
