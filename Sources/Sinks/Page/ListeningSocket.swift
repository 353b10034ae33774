import Glibc
import TacitDiagnostics

/// A socket that waits for connections.
struct ListeningSocket {
    let descriptor: Int32
    let port: Int

    /// Why it can't be had.
    struct Failure: Error {
        /// The system's, as in `errno`; nil where no address was found to try.
        let number: Int32?
        let reason: String
    }

    private static let unsentBytes: Int32 = 1 << 16

    init(_ address: PageAddress) throws(Failure) {
        var wish = addrinfo()
        wish.ai_socktype = Int32(SOCK_STREAM.rawValue)
        wish.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        let answer = getaddrinfo(address.host, String(address.port), &wish, &found)
        guard answer == 0 else { throw Failure(number: nil, reason: String(cString: gai_strerror(answer))) }
        defer { freeaddrinfo(found) }
        var failure = Failure(number: nil, reason: "no address")
        var next = found
        while let place = next {
            next = place.pointee.ai_next
            // A name of this machine's own that points elsewhere would be open to all.
            if address.isLoopback, !IPAddress.isLoopback(place.pointee.ai_addr) { continue }
            let own = socket(
                place.pointee.ai_family,
                Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
                    | Int32(SOCK_NONBLOCK.rawValue), 0)
            guard own >= 0 else { continue }
            var yes: Int32 = 1
            let size = socklen_t(MemoryLayout<Int32>.size)
            setsockopt(own, SOL_SOCKET, SO_REUSEADDR, &yes, size)
            // What is sent and not taken lies in the kernel, for every reader, and would grow to megabytes.
            var unsent = Self.unsentBytes
            setsockopt(own, SOL_SOCKET, SO_SNDBUF, &unsent, size)
            if bind(own, place.pointee.ai_addr, place.pointee.ai_addrlen) == 0, listen(own, 256) == 0,
                let port = Self.port(of: own)
            {
                descriptor = own
                self.port = port
                return
            }
            let number = errno
            failure = Failure(number: number, reason: TacitError.systemWords(number))
            close(own)
        }
        throw failure
    }

    private static func port(of descriptor: Int32) -> Int? {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { storage in
            let isKnown = storage.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(descriptor, $0, &size) == 0
            }
            guard isKnown else { return nil }
            // Both kinds of address have their port in the same place.
            return storage.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                Int(UInt16(bigEndian: $0.pointee.sin_port))
            }
        }
    }
}
