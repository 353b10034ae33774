/// Two buffers before a thread that writes: one is filled while the other is written.
///
/// What `swap` returns is the writing thread's until it says `isWritten`.
package struct SwappedBuffers {
    private var filled: UnsafeMutableRawBufferPointer
    private var written: UnsafeMutableRawBufferPointer
    /// Bytes that wait, those being written not counted.
    package private(set) var count = 0
    private var isWriting = false

    /// - Parameter capacity: bytes that can wait. Given back by `deallocate`.
    package init(capacity: Int) {
        filled = .allocate(byteCount: capacity, alignment: 16)
        written = .allocate(byteCount: capacity, alignment: 16)
    }

    package func deallocate() {
        filled.deallocate()
        written.deallocate()
    }

    package var capacity: Int { filled.count }
    /// Whether everything is written.
    package var isEmpty: Bool { count == 0 && !isWriting }

    /// Room for so many bytes, which wait from now on; nil where there is none.
    package mutating func take(_ bytes: Int) -> UnsafeMutableRawBufferPointer? {
        guard count + bytes <= capacity else { return nil }
        defer { count += bytes }
        return UnsafeMutableRawBufferPointer(rebasing: filled[count..<count + bytes])
    }

    /// All that waits, to be written.
    package mutating func swap() -> UnsafeRawBufferPointer {
        Swift.swap(&filled, &written)
        isWriting = count > 0
        defer { count = 0 }
        return UnsafeRawBufferPointer(rebasing: written[..<count])
    }

    package mutating func isWritten() { isWriting = false }

    /// Nothing that waits is to be written any more.
    package mutating func giveUp() {
        isWriting = false
        count = 0
    }

    /// Makes them larger, if nothing is in them now.
    package mutating func grow(to capacity: Int) {
        guard capacity > self.capacity, isEmpty else { return }
        deallocate()
        self = SwappedBuffers(capacity: capacity)
    }
}
