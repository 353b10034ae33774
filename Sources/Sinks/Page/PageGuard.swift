/// Who may ask for what.
///
/// A browser asks on behalf of whatever page it shows. A request's host must be a name of this machine's own, or a
/// number, lest a page read what is here by a name that it makes stand for this machine (DNS rebinding). Its origin,
/// where it has one, must be this page, lest a page from elsewhere change anything here.
package struct PageGuard: Sendable {
    private let address: PageAddress
    private let token: [UInt8]?
    private let names: [String]
    private let proxy: String?

    /// What is known of a request before it is answered.
    package struct Head {
        var host: String?
        var origin: String?
        var authorization: String?

        package init(host: String?, origin: String?, authorization: String?) {
            self.host = host
            self.origin = origin
            self.authorization = authorization
        }
    }

    /// - Parameters:
    ///   - address: where the page is served.
    ///   - name: that a proxy in front is known by.
    ///   - token: that has to be shown, for corrections on any address and for all on any but loopback.
    package init(_ address: PageAddress, name: String? = nil, token: String?) {
        self.address = address
        self.token = token.map { Array($0.utf8) }
        var names = ["localhost", address.host]
        if !address.isLoopback, let name = HostName.own() {
            names += [name.lowercased(), "\(name.lowercased()).local"]
        }
        if let name { names.append(name.lowercased()) }
        self.names = names
        proxy = name?.lowercased()
    }

    /// Whether anybody may correct anything.
    var takesCorrections: Bool { token != nil }

    /// nil where the request may go on.
    package func refusal(_ head: Head, isCorrection: Bool) -> PageAnswer? {
        guard let host = head.host, isOwn(host: host) else {
            return .words(403, "this page is not served under that name (Host)")
        }
        if let origin = head.origin, !isOwn(origin: origin.lowercased(), host: host.lowercased()) {
            return .words(403, "asked for by a page from elsewhere (Origin)")
        }
        if isCorrection, token == nil {
            return .words(403, "corrections want a token: start with --http-token-file FILE")
        }
        guard isCorrection || !address.isLoopback else { return nil }
        guard let token, let shown = Self.token(head.authorization), Self.isEqual(shown, token) else {
            var answer = PageAnswer.words(401, "this wants the token")
            // A browser asks its user for a name, which is any, and a password, which is the token; but where the page
            // itself asks for it.
            answer.headers.append(
                (
                    "WWW-Authenticate",
                    isCorrection ? "Bearer realm=\"tacit\"" : "Basic realm=\"tacit\", charset=\"UTF-8\""
                ))
            return answer
        }
        return nil
    }

    /// Whether a body is JSON, by its `Content-Type`: a type has no regard to case, and may have parameters behind it
    /// (RFC 9110, section 8.3.1).
    package static func isJSON(_ type: String?) -> Bool {
        guard let name = type?.split(separator: ";", omittingEmptySubsequences: false).first else { return false }
        return name.filter { $0 != " " && $0 != "\t" }.lowercased() == "application/json"
    }

    private func isOwn(host text: String) -> Bool {
        guard let place = try? HostAndPort(text[...], refuse: { _ in Foreign() }) else { return false }
        if names.contains(place.host) { return true }
        // Numbers stand for nothing but themselves.
        return address.isLoopback ? IPAddress.isLoopback(place.host) : IPAddress.isOne(place.host)
    }

    /// What was asked for by a proxy's name may have been asked for over TLS.
    private func isOwn(origin: String, host: String) -> Bool {
        if origin == "http://\(host)" { return true }
        guard let proxy, origin == "https://\(host)" else { return false }
        return (try? HostAndPort(host[...], refuse: { _ in Foreign() }))?.host == proxy
    }

    private struct Foreign: Error {}

    /// `Bearer TOKEN`, or `Basic` with it as the password.
    private static func token(_ authorization: String?) -> [UInt8]? {
        guard let authorization else { return nil }
        let fields = authorization.split(separator: " ", maxSplits: 1)
        guard fields.count == 2 else { return nil }
        switch fields[0].lowercased() {
        case "bearer": return Array(fields[1].utf8)
        case "basic":
            guard let pair = Base64.decode(fields[1].utf8), let colon = pair.firstIndex(of: UInt8(ascii: ":")) else {
                return nil
            }
            return Array(pair[(colon + 1)...])
        default: return nil
        }
    }

    /// In a time that tells nothing of where they differ.
    private static func isEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        var difference = UInt8(one.count == other.count ? 0 : 1)
        for index in one.indices { difference |= one[index] ^ other[index % other.count] }
        return difference == 0
    }
}
