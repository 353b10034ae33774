import Glibc

/// libmpg123, behind libsndfile, writes what it thinks of a broken MP3 straight to standard error, and libsndfile offers
/// no way to stop it. A broken file is to give one line, our own.
enum DecoderChatter {
    /// There is one standard error: two threads that turned it away and back again in turns could lose it for good.
    private static let lock = ThreadLock()

    /// Runs `body` with standard error turned away, if `isMuted`. What another thread writes there meanwhile is lost
    /// too: a block's decoding takes well under a millisecond.
    static func muted<Result>(_ isMuted: Bool, _ body: () throws -> Result) rethrows -> Result {
        guard isMuted else { return try body() }
        return try lock.hold { try muted(body) }
    }

    private static func muted<Result>(_ body: () throws -> Result) rethrows -> Result {
        let saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)
        guard saved >= 0 else { return try body() }
        let nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC)
        if nowhere >= 0 {
            dup2(nowhere, STDERR_FILENO)
            close(nowhere)
        }
        defer {
            dup2(saved, STDERR_FILENO)
            close(saved)
        }
        return try body()
    }

    /// Whether a file begins as an MPEG audio stream may: with an ID3 tag or a frame's sync bits.
    static func isLikely(from descriptor: Int32) -> Bool {
        var start: (UInt8, UInt8, UInt8) = (0, 0, 0)
        guard pread(descriptor, &start, 3, 0) == 3 else { return false }
        return start == (0x49, 0x44, 0x33) || (start.0 == 0xff && start.1 & 0xe0 == 0xe0)
    }
}
