/// The last samples of a stream, by their place in it. What the stream has lost is silence.
struct SampleHistory {
    let capacity: Int
    /// One past the last sample.
    private(set) var end = 0
    private let samples: UnsafeMutablePointer<Int16>

    /// Allocates room for `capacity` samples, so that nothing allocates while the stream runs; `deallocate` frees it.
    init(capacity: Int) {
        self.capacity = capacity
        samples = .allocate(capacity: capacity)
        samples.initialize(repeating: 0, count: capacity)
    }

    func deallocate() { samples.deallocate() }

    /// The first sample that is still there.
    var start: Int { max(0, end - capacity) }

    /// Takes samples, -1...1, whose last stands before `end` in the stream.
    mutating func append(_ fresh: UnsafeBufferPointer<Float>, endingAt end: Int) {
        let first = end - fresh.count
        for place in max(self.end, first - capacity)..<max(self.end, first) { samples[place % capacity] = 0 }
        for (offset, sample) in fresh.enumerated() where first + offset >= self.end {
            // What is no number has no level.
            let scaled = sample.isNaN ? 0 : (sample * 32_768).rounded()
            samples[(first + offset) % capacity] = Int16(min(max(scaled, -32_768), 32_767))
        }
        self.end = max(self.end, end)
    }

    /// Copies samples from `place` on, up to but not including `limit`. nil when they are no longer there.
    func copy(from place: Int, to limit: Int, into target: UnsafeMutableBufferPointer<Int16>) -> Int? {
        guard place >= start else { return nil }
        let count = max(0, min(target.count, min(end, limit) - place))
        for offset in 0..<count { target[offset] = samples[(place + offset) % capacity] }
        return count
    }
}
