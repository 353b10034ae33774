import Foundation

/// Ports on 127.0.0.1 for servers that have to be told one before they start.
public enum LoopbackPort {
    /// Below those that Linux gives to connections and to servers that ask for any (by default 32768 and up, ip(7)):
    /// one of these would sooner or later be given away while the server starts, or between two of its lives.
    private static let range = 20_000..<32_000
    private static let lock = NSLock()
    // Guarded by `lock`.
    nonisolated(unsafe) private static var next = Int.random(in: range)

    /// One that nobody listens on, and that this process was not given for long.
    public static func unused() throws -> Int {
        for _ in range {
            let port = take()
            if try isUnused(port) { return port }
        }
        throw Executable.LaunchFailure(description: "no port of \(range) is unused")
    }

    /// Calls with the address of a port, or one beside it: all of 127.0.0.0/8 are this machine's.
    static func withAddress<Result>(
        _ port: Int, host: UInt8 = 1, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = (UInt32(0x7f00_0000) | UInt32(host)).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private static func take() -> Int {
        lock.withLock {
            defer { next = next + 1 < range.upperBound ? next + 1 : range.lowerBound }
            return next
        }
    }

    private static func isUnused(_ port: Int) throws -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Executable.LaunchFailure(description: String(cString: strerror(errno))) }
        defer { close(descriptor) }
        return withAddress(port) { bind(descriptor, $0, $1) } == 0
    }
}
