import TacitDiagnostics

/// The mean of each score over the readings of the last stretch of time, the newest included.
///
/// A plain mean and not a running one: it forgets what it no longer covers to the last bit, however long it runs, and
/// is exact for a single reading. Nothing is allocated after the initialiser but by `grow`.
final class ScoreSmoother {
    /// `[labels]`, valid until the next reading.
    private(set) var smoothed: UnsafeMutableBufferPointer<Float>
    private let length: Int
    /// How many labels, from the first on, are averaged; others have the newest score.
    private let averagedLabels: Int
    private let capacity: Int
    /// A ring of scores, `[capacity][labels]`, and where each reading ended.
    private var scores: UnsafeMutablePointer<Float>
    private let ends: UnsafeMutablePointer<Int>
    private var first = 0
    private var count = 0

    /// The most scores that are remembered.
    private static let limit = 1 << 24

    /// - Parameters:
    ///   - length: samples that the mean reaches back; readings that end within it count.
    ///   - hop: samples from one reading to the next, at least.
    ///   - averagedLabels: how many labels, from the first on; nil for all, also those to come.
    /// - Throws: `TacitError` (usage) where that would be too many readings.
    init(labels: Int, length: Int, hop: Int, averagedLabels: Int? = nil) throws {
        let readings = length / max(hop, 1) + 1
        try Self.requireRoom(readings, labels)
        self.length = length
        self.averagedLabels = averagedLabels ?? .max
        capacity = readings
        scores = .allocate(capacity: readings * labels)
        scores.initialize(repeating: 0, count: readings * labels)
        ends = .allocate(capacity: readings)
        ends.initialize(repeating: 0, count: readings)
        smoothed = .allocate(capacity: labels)
        smoothed.initialize(repeating: 0)
    }

    deinit {
        scores.deallocate()
        ends.deallocate()
        smoothed.deallocate()
    }

    private static func requireRoom(_ readings: Int, _ labels: Int) throws {
        let most = limit / max(labels, 1)
        guard readings <= most else {
            throw TacitError(
                .usage,
                "smoothing over \(readings) readings of \(labels) labels, expected at most \(most) readings: "
                    + "a shorter time or a longer hop makes fewer")
        }
    }

    /// Makes room for more labels, behind those that there are; what they scored before counts as 0.
    ///
    /// - Throws: as the initialiser does.
    func grow(to labels: Int) throws {
        let before = smoothed.count
        guard labels > before else { return }
        try Self.requireRoom(capacity, labels)
        let wider = UnsafeMutablePointer<Float>.allocate(capacity: capacity * labels)
        wider.initialize(repeating: 0, count: capacity * labels)
        for slot in 0..<capacity { (wider + slot * labels).update(from: scores + slot * before, count: before) }
        scores.deallocate()
        scores = wider
        smoothed = smoothed.grown(to: labels)
    }

    func reset() {
        first = 0
        count = 0
    }

    /// Takes a reading's scores, `[labels]`.
    func take(_ newest: UnsafeBufferPointer<Float>, end: Int) {
        let labels = smoothed.count
        while count > 0, count == capacity || ends[first] <= end - length {
            first = (first + 1) % capacity
            count -= 1
        }
        let slot = (first + count) % capacity
        count += 1
        ends[slot] = end
        for label in 0..<labels { scores[slot * labels + label] = newest[label] }
        for label in min(averagedLabels, labels)..<labels { smoothed[label] = newest[label] }
        for label in 0..<min(averagedLabels, labels) {
            var sum = 0.0
            for index in 0..<count { sum += Double(scores[(first + index) % capacity * labels + label]) }
            smoothed[label] = Float(sum / Double(count))
        }
    }
}
