import TacitSinks
import Testing

/// What WebSocket is made of.
@Suite struct WebSocketTests {
    @Test(arguments: [
        ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"), ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
        ),
        (String(repeating: "a", count: 1000), "291e9a6c66994949b57ba5e650361e98fc36b1ba"),
    ])
    func digests(text: String, expected: String) {
        let hexadecimal = SHA1.digest(Array(text.utf8)).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }
        #expect(hexadecimal.joined() == expected)
    }

    /// RFC 4648, section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func base64(text: String, encoded: String) {
        #expect(Base64.encode(Array(text.utf8)) == encoded)
        #expect(Base64.decode(encoded.utf8) == Array(text.utf8))
    }

    @Test(arguments: ["Z", "Zg", "Zg=", "Zg===", "=", "Zm9v=", "Z g=", "Zm9v!A==", "Zg==Zg=="])
    func noBase64(text: String) { #expect(Base64.decode(text.utf8) == nil) }

    /// RFC 6455, section 1.3.
    @Test func handshake() {
        #expect(WebSocketFrames.accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        #expect(WebSocketFrames.isKey("dGhlIHNhbXBsZSBub25jZQ=="))
        #expect(!WebSocketFrames.isKey("dGhlIHNhbXBsZSBub25j"))
    }

    /// RFC 6455, section 5.7.
    @Test func frames() {
        var bytes: [UInt8] = []
        WebSocketFrames.append(.text, Array("Hello".utf8)[...], to: &bytes)
        #expect(bytes == [0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f])
        bytes = []
        WebSocketFrames.append(.binary, [UInt8](repeating: 7, count: 256)[...], to: &bytes)
        #expect(bytes.prefix(4) == [0x82, 0x7e, 0x01, 0x00] && bytes.count == 260)
        bytes = []
        WebSocketFrames.append(.binary, [UInt8](repeating: 7, count: 65_536)[...], to: &bytes)
        #expect(bytes.prefix(10) == [0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0] && bytes.count == 65_546)
        let masked: [UInt8] = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58]
        for count in masked.indices {
            var part = Array(masked[..<count])
            #expect(WebSocketFrames.take(from: &part) == .more)
            #expect(part.count == count)
        }
        var whole = masked + [0x89]
        #expect(WebSocketFrames.take(from: &whole) == .frame(.text, Array("Hello".utf8)))
        #expect(whole == [0x89])
    }

    @Test(
        arguments: [
            ([0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f], 1002), ([0xc1, 0x80], 1002), ([0x83, 0x80], 1002),
            ([0x09, 0x80], 1002), ([0x89, 0xfe, 0x00, 0x7e], 1002), ([0x82, 0xfe, 0xff, 0xff], 1009),
            ([0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0], 1009), ([0x82, 0xff, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff], 1009),
        ] as [([UInt8], UInt16)])
    func brokenFrames(bytes: [UInt8], number: UInt16) throws {
        var bytes = bytes
        let code = try #require(WebSocketFrames.CloseCode(rawValue: number))
        #expect(WebSocketFrames.take(from: &bytes) == .broken(code))
    }
}
