/// The average of a file's readings: logits, scores and embeddings each by themselves, over all windows.
package final class ReadingAverage {
    /// How many readings went in.
    package private(set) var count = 0
    /// The first window's first sample.
    package private(set) var start = 0
    /// One past the last window's last sample.
    package private(set) var end = 0
    /// The readings' inference times, summed.
    package private(set) var inferenceSeconds = 0.0
    private var sampleRate = 1
    private var logitSums: [Double] = []
    private var scoreSums: [Double] = []
    private var embeddingSums: [Double] = []

    package init() {}

    package func removeAll() {
        count = 0
        inferenceSeconds = 0
        Self.clear(&logitSums)
        Self.clear(&scoreSums)
        Self.clear(&embeddingSums)
    }

    package func add(_ reading: Reading) {
        if count == 0 { start = reading.start }
        end = max(end, reading.end)
        if count == 0 { end = reading.end }
        count += 1
        sampleRate = reading.sampleRate
        inferenceSeconds += reading.inferenceSeconds
        Self.add(reading.logits, to: &logitSums)
        Self.add(reading.scores, to: &scoreSums)
        Self.add(reading.embedding, to: &embeddingSums)
    }

    /// Seconds from the start of the stream.
    package var span: (start: Double, end: Double) {
        (Double(start) / Double(sampleRate), Double(end) / Double(sampleRate))
    }

    /// `[labels]`; of one reading, its own to the last bit.
    package var logits: [Float] { mean(logitSums) }
    /// `[labels]`.
    package var scores: [Float] { mean(scoreSums) }
    /// `[width]`.
    package var embedding: [Float] { mean(embeddingSums) }

    private func mean(_ sums: [Double]) -> [Float] {
        sums.map { Float($0 / Double(max(count, 1))) }
    }

    private static func clear(_ sums: inout [Double]) {
        for index in sums.indices { sums[index] = 0 }
    }

    private static func add(_ values: UnsafeBufferPointer<Float>, to sums: inout [Double]) {
        if sums.count != values.count { sums = [Double](repeating: 0, count: values.count) }
        for index in 0..<values.count { sums[index] += Double(values[index]) }
    }
}
