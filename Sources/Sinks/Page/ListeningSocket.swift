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
        let places: [SocketAddress]
        do { places = try SocketAddress.all(of: address.host, port: address.port, toListen: true) } catch {
            throw Failure(number: nil, reason: error.reason)
        }
        var failure = Failure(number: nil, reason: "no address")
        // A name of this machine's own that points elsewhere would be open to all.
        for place in places where !address.isLoopback || place.isLoopback {
            guard let own = place.socket() else { continue }
            var yes: Int32 = 1
            let size = socklen_t(MemoryLayout<Int32>.size)
            setsockopt(own, SOL_SOCKET, SO_REUSEADDR, &yes, size)
            // What is sent and not taken lies in the kernel, for every reader, and would grow to megabytes.
            var unsent = Self.unsentBytes
            setsockopt(own, SOL_SOCKET, SO_SNDBUF, &unsent, size)
            if place.withPointer({ bind(own, $0, $1) }) == 0, listen(own, 256) == 0,
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
