/// An answer that is known as a whole.
package struct PageAnswer: Sendable {
    package var status: UInt32
    package var type: String
    package var bytes: [UInt8]
    package var headers: [(String, String)] = []

    static func words(_ status: UInt32, _ text: String) -> PageAnswer {
        PageAnswer(status: status, type: "text/plain; charset=utf-8", bytes: Array((text + "\n").utf8))
    }

    static func json(_ bytes: [UInt8], status: UInt32 = 200) -> PageAnswer {
        PageAnswer(status: status, type: "application/json", bytes: bytes)
    }

    /// What every answer says, so that the page does nothing but what it brought along, stands in no other page and is
    /// kept nowhere.
    static let headers: [(String, String)] = [
        (
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
                + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        ),
        ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Resource-Policy", "same-origin"), ("Cache-Control", "no-store"),
    ]

    /// What browsers take on loopback, where a proxy with TLS may stand in front; on a network they complain of it.
    static let headersOnLoopback = headers + [("Cross-Origin-Opener-Policy", "same-origin")]
}
