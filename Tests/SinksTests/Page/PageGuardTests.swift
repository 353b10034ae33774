import TacitDiagnostics
import TacitSinks
import Testing

/// Who may ask the page for what.
@Suite struct PageGuardTests {
    private let token = "a token of tests"

    private func access(_ address: String, token: String? = nil) throws -> PageGuard {
        PageGuard(try PageAddress(address), token: token)
    }

    private func status(
        _ access: PageGuard, host: String?, origin: String? = nil, authorization: String? = nil,
        isCorrection: Bool = false
    ) -> UInt32? {
        access.refusal(
            PageGuard.Head(host: host, origin: origin, authorization: authorization), isCorrection: isCorrection)?
            .status
    }

    @Test(arguments: [
        ("127.0.0.1:80", true), ("localhost:9", true), ("LocalHost", true), ("[::1]:80", true), ("127.3.2.1", true),
        ("example.org", false), ("example.org:80", false), ("192.168.1.2", false), ("", false),
        ("localhost.evil.org", false),
        ("127.0.0.1.nip.io", false), ("localhost:port", false), ("[::1", false), ("[fe80::1]", false), ("0", false),
    ])
    func hostsOfLoopback(host: String, isOwn: Bool) throws {
        #expect(try status(access("//127.0.0.1:80"), host: host) == (isOwn ? nil : 403))
    }

    @Test func noHost() throws { #expect(try status(access("//127.0.0.1:80"), host: nil) == 403) }

    @Test(arguments: [
        ("http://localhost:80", true), ("HTTP://LOCALHOST:80", true), ("http://localhost", false), ("null", false),
        ("https://localhost:80", false), ("http://localhost:81", false), ("http://example.org", false), ("", false),
    ])
    func origins(origin: String, isOwn: Bool) throws {
        #expect(try status(access("//127.0.0.1:80"), host: "localhost:80", origin: origin) == (isOwn ? nil : 403))
    }

    @Test(arguments: [
        ("board.example.org", "https://board.example.org", true),
        ("Board.Example.org", "https://board.example.org", true),
        ("board.example.org:8443", "https://board.example.org:8443", true), ("board.example.org", nil, true),
        ("board.example.org", "http://board.example.org", true), ("board.example.org", "https://evil.org", false),
        ("board.example.org:8443", "https://board.example.org", false), ("evil.org", "https://evil.org", false),
        ("localhost", "https://localhost", false), ("evil.board.example.org", nil, false),
    ])
    func behindAProxy(host: String, origin: String?, isOwn: Bool) throws {
        let named = PageGuard(try PageAddress("//127.0.0.1:80"), name: "Board.example.org", token: token)
        #expect(status(named, host: host, origin: origin) == (isOwn ? nil : 403))
    }

    @Test(arguments: [
        ("board.example.org", true), ("board", true), ("", false), ("board:80", false), ("[::1]", false),
        ("a b", false),
        ("https://board", false), ("bo\u{1}ard", false), ("board/x", false),
    ])
    func names(text: String, isOne: Bool) { #expect(PageSettings.isName(text) == isOne) }

    @Test func correctionsWantAToken() throws {
        #expect(try status(access("//127.0.0.1:80"), host: "localhost", isCorrection: true) == 403)
        let guarded = try access("//127.0.0.1:80", token: token)
        #expect(status(guarded, host: "localhost") == nil)
        #expect(status(guarded, host: "localhost", isCorrection: true) == 401)
        #expect(status(guarded, host: "localhost", authorization: "Bearer \(token)", isCorrection: true) == nil)
    }

    @Test(arguments: [
        ("Bearer a token of tests", true), ("bearer a token of tests", true),
        ("Basic " + Base64.encode(Array("me:a token of tests".utf8)), true),
        ("Basic " + Base64.encode(Array(":a token of tests".utf8)), true),
        ("Basic " + Base64.encode(Array("a token of tests".utf8)), false), ("Basic ?", false), ("Basic", false),
        ("Bearer", false), ("Bearer ", false), ("Bearer a token of test", false), ("Bearer a token of tests.", false),
        ("Digest a token of tests", false), ("", false),
    ])
    func everythingElsewhereWantsAToken(authorization: String, isEnough: Bool) throws {
        let guarded = try access("//0.0.0.0:80", token: token)
        for isCorrection in [false, true] {
            #expect(
                status(guarded, host: "192.168.1.2:80", authorization: authorization, isCorrection: isCorrection)
                    == (isEnough ? nil : 401))
        }
        // Numbers can't be made to stand for another machine, and names can.
        #expect(status(guarded, host: "example.org", authorization: authorization) == 403)
    }

    @Test(arguments: ["//127.0.0.1:80", "//localhost:0", "//[::1]:8080", "//127.9.9.9:1/", "//LOCALHOST:1"])
    func loopback(address: String) throws {
        #expect(try PageAddress(address).isLoopback)
    }

    @Test(arguments: [
        "", "/", "//", "127.0.0.1:80", "//127.0.0.1", "//:80", "//a:b", "//a:65536", "//a:-1", "//a b:1", "//[::1:80",
        "//a@b:80", "//a:80/path", "//a:80?x", "//[::1]80", "//\u{1}:80", "//[zz]:80",
        "//" + String(repeating: "a", count: 600) + ":1",
    ])
    func noAddress(text: String) {
        #expect {
            _ = try PageAddress(text)
        } throws: {
            ($0 as? TacitError)?.kind == .usage
        }
    }

    @Test func aTokenOrARefusalWhereOthersReach() throws {
        var settings = SinkSettings()
        for place in ["0.0.0.0", "[::]", "192.168.1.2", "board", "127.0.0.1.nip.io"] {
            #expect {
                _ = try SinkTable.parse(["http://\(place):80"], settings)
            } throws: {
                ($0 as? TacitError)?.kind == .usage && "\($0)".contains("--http-token-file")
            }
        }
        settings.page.tokenFile = "token"
        #expect(try SinkTable.parse(["http://0.0.0.0:80"], settings).map(\.name) == ["http"])
    }

    @Test(arguments: [
        ("application/json", true), ("Application/JSON; charset=utf-8", true),
        ("APPLICATION/json ;charset=utf-8", true),
        ("text/plain", false), ("application/json-patch", false), ("", false), (";application/json", false),
        ("text/plain; a=application/json", false),
    ])
    func whatIsJSON(type: String, isIt: Bool) {
        #expect(PageGuard.isJSON(type) == isIt)
        #expect(!PageGuard.isJSON(nil))
    }
}
