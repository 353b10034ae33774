/// The last lines of a stream, in memory that is taken at the start, for any number of readers at their own speed.
package struct LineRing {
    private let capacity: Int
    private let bytes: UnsafeMutablePointer<UInt8>
    /// The place of the first byte that is still there, and one past the last.
    package private(set) var start = 0
    package private(set) var end = 0

    /// Given back by `deallocate`.
    package init(capacity: Int) {
        self.capacity = capacity
        bytes = .allocate(capacity: capacity)
        bytes.initialize(repeating: 0, count: capacity)
    }

    package func deallocate() { bytes.deallocate() }

    /// Takes a line, its end included, in place of the oldest ones. One that is longer than the ring is left out.
    package mutating func append(_ line: [UInt8]) {
        guard line.count <= capacity else { return }
        line.withUnsafeBufferPointer { line in
            guard let base = line.baseAddress else { return }
            let place = end % capacity
            let first = min(line.count, capacity - place)
            (bytes + place).update(from: base, count: first)
            bytes.update(from: base + first, count: line.count - first)
        }
        end += line.count
        start = max(start, end - capacity)
    }

    /// The line at a place where one begins, without its end, appended to `target` between two others; the place behind
    /// it. nil where there is none yet.
    ///
    /// - Precondition: `place >= start`.
    package func take(at place: Int, into target: inout [UInt8]) -> Int? {
        guard place < end else { return nil }
        var place = place
        while place < end {
            let byte = bytes[place % capacity]
            place += 1
            if byte == UInt8(ascii: "\n") { break }
            target.append(byte)
        }
        return place
    }
}
