import Glibc
import TacitDiagnostics

/// A socket that has been asked for a connection and was not waited for.
enum PendingConnection {
    /// Waits until somebody answers there.
    ///
    /// - Returns: why nobody does; nil for a connection.
    static func trouble(_ socket: Int32, seconds: Double) -> String? {
        let deadline = Stopwatch.now + seconds
        var ready = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
        while poll(&ready, 1, Int32(max(0, deadline - Stopwatch.now) * 1000) + 1) <= 0 {
            if Stopwatch.now >= deadline { return "no answer within \(Int(seconds)) s" }
        }
        var number: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(socket, SOL_SOCKET, SO_ERROR, &number, &size)
        if number != 0 { return TacitError.systemWords(number) }
        var place = sockaddr_storage()
        size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let isConnected = withUnsafeMutableBytes(of: &place) { place in
            getpeername(socket, place.assumingMemoryBound(to: sockaddr.self).baseAddress!, &size) == 0
        }
        // The reason is told once. Whoever has heard it before has written at once, and was refused at once.
        return isConnected ? nil : TacitError.systemWords(ECONNREFUSED)
    }
}
