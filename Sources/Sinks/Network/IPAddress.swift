import Glibc

/// IP addresses, as text and as the system has them.
enum IPAddress {
    /// Whether it is an IPv4 address of four numbers, or an IPv6 address.
    static func isOne(_ text: String) -> Bool { four(text) != nil || isSix(text) }

    static func isSix(_ text: String) -> Bool { six(text) != nil }

    /// Whether the text is an address that nobody but this machine's own programs gets to.
    static func isLoopback(_ text: String) -> Bool {
        if let address = four(text) { return isLoopback(address) }
        if let address = six(text) { return isLoopback(address) }
        return false
    }

    /// Whether nobody but this machine's own programs gets to the address.
    static func isLoopback(_ address: UnsafePointer<sockaddr>) -> Bool {
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { isLoopback($0.pointee.sin_addr) }
        case AF_INET6:
            address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { isLoopback($0.pointee.sin6_addr) }
        default: false
        }
    }

    private static func isLoopback(_ address: in_addr) -> Bool { UInt32(bigEndian: address.s_addr) >> 24 == 127 }

    private static func isLoopback(_ address: in6_addr) -> Bool {
        withUnsafeBytes(of: address) { bytes in bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1 }
    }

    private static func four(_ text: String) -> in_addr? {
        var address = in_addr()
        return inet_pton(AF_INET, text, &address) == 1 ? address : nil
    }

    private static func six(_ text: String) -> in6_addr? {
        var address = in6_addr()
        return inet_pton(AF_INET6, text, &address) == 1 ? address : nil
    }
}
