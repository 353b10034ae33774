/// Finds where JPEG pictures begin and end in a stream of bytes, by walking their segments: a preview inside a segment
/// is not mistaken for a picture of its own. What stands between pictures is passed over.
package struct JPEGSplitter: ~Copyable {
    /// The longest picture.
    package static let maximumBytes = 64 << 20

    private enum State {
        /// Looking for a picture's first marker.
        case outside
        /// A marker is due.
        case markers
        /// In compressed data, up to the next marker.
        case compressed
    }

    private var memory: UnsafeMutablePointer<UInt8>
    private var capacity = 1 << 16
    private var count = 0
    /// Where the current picture begins, and how far it has been looked at.
    private var start = 0
    private var position = 0
    private var state = State.outside

    package init() { memory = .allocate(capacity: capacity) }

    deinit { memory.deallocate() }

    /// Whether no picture has begun, or the last one has ended.
    package var isOutside: Bool { state == .outside }

    /// At the end of the stream: a picture that has begun and not ended, valid until the next call of `room`.
    mutating func rest() -> UnsafeRawBufferPointer? { state == .outside ? nil : finish(at: count) }

    /// Room for more bytes of the stream; what came before the current picture is given up for it.
    ///
    /// - Returns: nil if the picture is longer than any may be.
    package mutating func room() -> UnsafeMutableBufferPointer<UInt8>? {
        if start > 0 {
            memory.update(from: memory + start, count: count - start)
            count -= start
            position -= start
            start = 0
        }
        if count == capacity {
            guard capacity < Self.maximumBytes else { return nil }
            let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: 2 * capacity)
            larger.update(from: memory, count: count)
            memory.deallocate()
            memory = larger
            capacity *= 2
        }
        return UnsafeMutableBufferPointer(start: memory + count, count: capacity - count)
    }

    /// So many bytes have been put there.
    package mutating func append(_ received: Int) { count += received }

    /// The next whole picture, valid until the next call of `room`; nil until more bytes are there.
    package mutating func next() -> UnsafeRawBufferPointer? {
        while true {
            switch state {
            case .outside:
                while position + 2 < count,
                    !(memory[position] == 0xff && memory[position + 1] == 0xd8 && memory[position + 2] == 0xff)
                {
                    position += 1
                }
                start = position
                guard position + 2 < count else { return nil }
                position += 2
                state = .markers
            case .markers:
                guard position + 1 < count else { return nil }
                let marker = memory[position + 1]
                guard memory[position] == 0xff else {
                    state = .compressed
                    continue
                }
                switch marker {
                case 0xff: position += 1
                case 0xd9: return finish(at: position + 2)
                // Another picture begins: this one was cut off.
                case 0xd8: return finish(at: position)
                case 0x00, 0x01, 0xd0...0xd7: position += 2
                default:
                    guard position + 3 < count else { return nil }
                    let length = Int(memory[position + 2]) << 8 | Int(memory[position + 3])
                    guard position + 2 + max(length, 2) <= count else { return nil }
                    position += 2 + max(length, 2)
                    if marker == 0xda { state = .compressed }
                }
            case .compressed:
                while position + 1 < count, memory[position] != 0xff || isData(memory[position + 1]) { position += 1 }
                guard position + 1 < count else { return nil }
                state = .markers
            }
        }
    }

    /// Whether a byte behind 0xff makes it part of the compressed data: a stuffed zero or a restart.
    private func isData(_ byte: UInt8) -> Bool { byte == 0 || (0xd0...0xd7).contains(byte) }

    private mutating func finish(at end: Int) -> UnsafeRawBufferPointer {
        let picture = UnsafeRawBufferPointer(start: memory + start, count: end - start)
        start = end
        position = end
        state = .outside
        return picture
    }
}
