import TacitDiagnostics
import TacitMedia
import TacitTestSupport
import Testing

@Suite struct TokenFileTests {
    private func read(_ name: String, _ bytes: some Sequence<UInt8>, codebooks: Int = 2) throws -> TokenFile {
        let folder = try TemporaryFolder()
        return try TokenFile(path: folder.write(name, bytes), vocabulary: 300, codebooks: codebooks)
    }

    private func failure(_ name: String, _ bytes: some Sequence<UInt8>, codebooks: Int = 2) -> TacitError? {
        do {
            _ = try read(name, bytes, codebooks: codebooks)
            return nil
        } catch { return error as? TacitError }
    }

    @Test func lines() throws {
        let file = try read("a.jsonl", "[1,2]\r\n\n [ 299 ,\t0 ] \n[5,6]".utf8)
        #expect(file.tokens == [1, 2, 299, 0, 5, 6])
        #expect(file.patches == 3)
    }

    /// As some editors and shells on Windows begin a text; in numbers the same bytes are numbers.
    @Test func aByteOrderMarkIsNoPartOfTheText() throws {
        #expect(try read("a.jsonl", "\u{FEFF}[1,2]\r\n[3,4]".utf8).tokens == [1, 2, 3, 4])
        #expect(failure("a.u16", "\u{FEFF}[".utf8)?.place == "patch 0")
        #expect(failure("a.jsonl", "\u{FEFF}".utf8)?.reason == "no tokens in it")
    }

    @Test func rawNumbers() throws {
        let file = try read("a.u16", [1, 0, 43, 1])
        #expect(file.tokens == [1, 299])
        #expect(file.patches == 1)
    }

    @Test(arguments: [
        ("[1,300]", "line 1"), ("[1,2]\n[1]", "line 2"), ("[1,2,3]", "line 1"), ("[1,-2]", "line 1"),
        ("[1,2.0]", "line 1"), ("[1,2", "line 1"), ("[]", "line 1"), ("[1,]", "line 1"), ("[1,2]x", "line 1"),
        ("[1,2][3,4]", "line 1"), ("\n\n{\"a\":1}", "line 3"), ("[01,2]", "line 1"), ("[1,\"2\"]", "line 1"),
        ("[1,99999999999999999999999999999]", "line 1"), ("[[1,2]]", "line 1"), ("[1,2]\n\u{FEFF}[1,2]", "line 2"),
        ("[1,\n2]", "line 1"),
    ])
    func brokenLines(text: String, place: String) {
        let error = failure("a.jsonl", text.utf8)
        #expect(error?.kind == .badData)
        #expect(error?.place == place)
        #expect(error?.file?.hasSuffix("a.jsonl") == true)
    }

    @Test func brokenRawNumbers() {
        #expect(failure("a.u16", [1, 0, 44, 1])?.place == "patch 0")
        #expect(failure("a.u16", [1, 0, 2])?.kind == .badData)
        #expect(failure("a.u16", [1, 0])?.kind == .badData)
        #expect(failure("a.u16", [1, 0], codebooks: 1) == nil)
    }

    @Test func emptyAndAbsent() throws {
        #expect(failure("a.jsonl", [])?.kind == .badData)
        #expect(failure("a.jsonl", "\n\n".utf8)?.kind == .badData)
        #expect(failure("a.u16", [])?.kind == .badData)
        let folder = try TemporaryFolder()
        for path in [folder.path, folder.path("none")] {
            let error = thrown(TacitError.self) { try TokenFile(path: path, vocabulary: 2, codebooks: 1) }
            #expect(error?.kind == .noInput)
        }
    }
}
