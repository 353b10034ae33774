/// Writes the numbers of a payload to memory that has room for them.
struct ChunkWriter {
    private let bytes: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    init(_ bytes: UnsafeMutableRawBufferPointer) { self.bytes = bytes }

    mutating func put<Number: BitwiseCopyable>(_ number: Number) {
        bytes.storeBytes(of: number, toByteOffset: count, as: Number.self)
        count += MemoryLayout<Number>.size
    }

    mutating func put(_ more: UnsafeRawBufferPointer) {
        guard !more.isEmpty else { return }
        UnsafeMutableRawBufferPointer(rebasing: bytes[count..<count + more.count]).copyMemory(from: more)
        count += more.count
    }

    /// Room for `length` bytes, to be filled by the caller.
    mutating func room(_ length: Int) -> UnsafeMutableRawBufferPointer {
        defer { count += length }
        return UnsafeMutableRawBufferPointer(rebasing: bytes[count..<count + length])
    }
}
