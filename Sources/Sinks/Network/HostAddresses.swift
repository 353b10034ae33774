import Glibc

/// The addresses of a host.
enum HostAddresses {
    /// In figures, in the order in which they are to be tried; none where the name leads nowhere, or not now.
    static func all(of host: String) -> [String] {
        var wish = addrinfo()
        wish.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &wish, &found) == 0 else { return [] }
        defer { freeaddrinfo(found) }
        var texts: [String] = []
        var next = found
        while let place = next?.pointee {
            next = place.ai_next
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            guard
                getnameinfo(
                    place.ai_addr, place.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0
            else { continue }
            texts.append(String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
        }
        return texts
    }
}
