import TacitDiagnostics

/// What a model says about one window of a stream.
///
/// The three vectors lie in the labeller's buffers: they are valid while the reading is handled, and to be copied if
/// wanted longer.
package struct Reading {
    /// The window's first sample, counted from the start of the stream, lost samples included.
    package let start: Int
    /// One past the window's last sample. Zeros that fill up a short stream don't count.
    package let end: Int
    /// Hertz.
    package let sampleRate: Int
    /// `[labels]`; empty for a model without labels.
    package let logits: UnsafeBufferPointer<Float>
    /// `[labels]`, 0...1: softmax or sigmoid of the logits, by the model's task.
    package let scores: UnsafeBufferPointer<Float>
    /// The head's input, `[width]`.
    package let embedding: UnsafeBufferPointer<Float>
    /// Time that the model took since the reading before.
    package let inferenceSeconds: Double

    package init(
        start: Int, end: Int, sampleRate: Int, logits: UnsafeBufferPointer<Float>,
        scores: UnsafeBufferPointer<Float>, embedding: UnsafeBufferPointer<Float>, inferenceSeconds: Double
    ) {
        self.start = start
        self.end = end
        self.sampleRate = sampleRate
        self.logits = logits
        self.scores = scores
        self.embedding = embedding
        self.inferenceSeconds = inferenceSeconds
    }

    /// Seconds from the start of the stream to the window's first sample and to one past its last.
    package var span: (start: Double, end: Double) {
        (Double(start) / Double(sampleRate), Double(end) / Double(sampleRate))
    }

    /// The end of the span, in seconds.
    package var time: Double { span.end }

    /// - Throws: `TacitError` (bad data) for one that is no numbers: nothing that is made of it would be true.
    package func requireNumbers() throws {
        guard logits.allSatisfy({ $0.isFinite }), embedding.allSatisfy({ $0.isFinite }) else {
            throw TacitError(
                .badData,
                "the model's results are no numbers: its weights, or this input, are too large to compute with")
        }
    }
}
