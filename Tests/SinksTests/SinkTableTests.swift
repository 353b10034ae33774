import TacitDiagnostics
import TacitSinks
import Testing

/// What `--to` takes and refuses.
@Suite struct SinkTableTests {
    @Test func standardOutputUnlessTold() throws {
        #expect(try SinkTable.parse([]).map(\.name) == ["stdout"])
        #expect(try SinkTable.parse(["jsonl:a:b"]).map(\.address) == ["a:b"])
        #expect(try SinkTable.parse(["stdout", "jsonl:a", "jsonl:b"]).count == 3)
    }

    @Test(arguments: [
        ["nowhere"], [""], [":"], ["nowhere:a"], ["jsonl"], ["jsonl:"], ["stdout:"], ["stdout:a"], ["STDOUT"],
        ["stdout", "stdout"], ["jsonl:a", "jsonl:a"], ["jsonl:a", "nowhere"],
    ])
    func refuses(texts: [String]) {
        #expect {
            _ = try SinkTable.parse(texts)
        } throws: {
            ($0 as? TacitError)?.kind == .usage
        }
    }

    @Test func whatIsKnownIsNamed() throws {
        #expect {
            _ = try SinkTable.parse(["nowhere:a"])
        } throws: { error in
            SinkTable.kinds.allSatisfy { "\(error)".contains($0.form) }
        }
    }
}
