import Glibc

/// Where a stream socket goes to, or waits for others: an address of the Internet's, with its port.
struct SocketAddress {
    let family: Int32
    private let storage: sockaddr_storage
    private let length: socklen_t

    /// Why a host has no addresses.
    struct Unknown: Error {
        let reason: String
    }

    private init(_ place: addrinfo) {
        var storage = sockaddr_storage()
        withUnsafeMutableBytes(of: &storage) {
            $0.copyMemory(from: UnsafeRawBufferPointer(start: place.ai_addr, count: Int(place.ai_addrlen)))
        }
        family = place.ai_family
        self.storage = storage
        length = place.ai_addrlen
    }

    /// Those of a host, in the order in which they are to be tried, at least one.
    static func all(of host: String, port: Int, toListen: Bool = false) throws(Unknown) -> [SocketAddress] {
        var wish = addrinfo()
        wish.ai_socktype = Int32(SOCK_STREAM.rawValue)
        wish.ai_flags = AI_NUMERICSERV | (toListen ? AI_PASSIVE : 0)
        var found: UnsafeMutablePointer<addrinfo>?
        let failure = getaddrinfo(host, String(port), &wish, &found)
        guard failure == 0 else { throw Unknown(reason: String(cString: gai_strerror(failure))) }
        defer { freeaddrinfo(found) }
        var addresses: [SocketAddress] = []
        var next = found
        while let place = next?.pointee {
            next = place.ai_next
            addresses.append(SocketAddress(place))
        }
        guard !addresses.isEmpty else { throw Unknown(reason: "no address") }
        return addresses
    }

    /// The host in figures, without the port; nil where the system has none for it.
    var host: String? {
        withPointer { address, length in
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            guard getnameinfo(address, length, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 else {
                return nil
            }
            return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    /// Whether nobody but this machine's own programs gets there.
    var isLoopback: Bool { withPointer { address, _ in IPAddress.isLoopback(address) } }

    /// A socket for it that neither waits nor is inherited; nil where the system has none, with why in `errno`.
    func socket() -> Int32? {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = Glibc.socket(family, kind, 0)
        return descriptor < 0 ? nil : descriptor
    }

    /// As the system's calls take it.
    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }
}
