import Glibc

/// All bytes of a file, or all that are to be in one, however the system divides them.
package enum FileBytes {
    /// Reads to the end, or until there are so many bytes.
    ///
    /// - Parameters:
    ///   - descriptor: from where it stands.
    ///   - most: bytes, for which memory is taken at once.
    /// - Returns: what could be read, and the system's number for why no more could; 0 where nothing went wrong.
    package static func read(_ descriptor: Int32, most: Int) -> (bytes: [UInt8], failure: Int32) {
        var bytes = [UInt8](repeating: 0, count: most)
        var count = 0
        var failure: Int32 = 0
        while count < most {
            let more = bytes.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress?.advanced(by: count), most - count)
            }
            if more < 0, errno == EINTR { continue }
            if more < 0 { failure = errno }
            if more <= 0 { break }
            count += more
        }
        bytes.removeSubrange(count...)
        return (bytes, failure)
    }

    /// Writes all of them.
    ///
    /// - Parameters:
    ///   - bytes: all that is to be written.
    ///   - descriptor: that waits until there is room.
    /// - Returns: the system's number for why not all could be written; 0 where nothing went wrong.
    package static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
        var count = 0
        while count < bytes.count {
            let more = Glibc.write(descriptor, bytes.baseAddress?.advanced(by: count), bytes.count - count)
            if more < 0, errno == EINTR { continue }
            guard more > 0 else { return more < 0 ? errno : ENOSPC }
            count += more
        }
        return 0
    }
}
