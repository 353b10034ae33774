/// Why TLS fails: the library has one result for all of it, and tells more in its log alone.
struct MQTTEncryptionTrouble {
    /// Why the broker's certificate isn't trusted.
    private var distrust: String?
    /// The first that was said beside that, OpenSSL's reason or the library's own words.
    private var reason: String?

    /// What a broker does that wants a certificate: by TLS 1.3 it says so only once the other side takes it for agreed
    /// on. The words are the same however much of that arrives before the end.
    static let hungUp =
        "the broker hangs up as soon as TLS is agreed on: does it want a certificate of this machine's own "
        + "(--mqtt-cert-file), or another one?"

    /// OpenSSL's reasons where the other side doesn't know what it is asked.
    private static let strangers: Set<String> = [
        "unexpected eof while reading", "wrong version number", "packet length too long", "http request",
        "record layer failure",
    ]

    /// - Parameters:
    ///   - line: of an error, as "OpenSSL Error[0]: error:0A000086:SSL routines::certificate verify failed".
    ///   - distrust: why the broker's certificate isn't trusted, as far as is known then.
    mutating func add(_ line: String, distrust: String?) {
        if self.distrust == nil { self.distrust = distrust }
        if line.contains("host name verification") {
            self.distrust = "it is for another host"
        } else if reason == nil {
            let isOpenSSL = line.hasPrefix("OpenSSL Error")
            let words = line.hasPrefix("Error: ") ? line.dropFirst("Error: ".count) : line[...]
            reason = String(isOpenSSL ? line.split(separator: ":").last ?? words : words)
        }
    }

    /// For a connection for which TLS could not be agreed on; nil where nothing was said of it.
    var words: String? {
        if let distrust { return "the broker's certificate is not trusted: \(distrust)" }
        guard let reason else { return nil }
        return Self.strangers.contains(reason)
            ? "what listens there ends TLS before it begins (\(reason)): is the port right, and is TLS spoken there?"
            : "TLS can't be agreed on: \(reason)"
    }
}
