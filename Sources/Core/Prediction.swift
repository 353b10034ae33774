import TacitLabelling
import TacitLive
import TacitMedia

/// What a model says about a file, a picture or a window of a stream.
public struct Prediction: Sendable {
    /// Seconds of sound, from the first sample to one past the last; nil where there is no time in it.
    public let span: Range<Double>?
    /// `[labels]`, in the model's order, 0...1.
    public let scores: [Float]
    /// `[labels]`: the scores before softmax or sigmoid.
    public let logits: [Float]
    /// `[width]`: what the model's head reads.
    public let embedding: [Float]
    /// Time that the model took, in seconds.
    public let inferenceSeconds: Double
    /// What was lost of a sound that is damaged; nothing of anything else.
    public let damage: SoundDamage
    private let names: [String]

    package init(_ reading: FileReading, names: [String]) {
        span = reading.span.map { $0.start..<max($0.start, $0.end) }
        scores = reading.scores
        logits = reading.logits
        embedding = reading.embedding
        inferenceSeconds = reading.inferenceSeconds
        damage = reading.damage
        self.names = names
    }

    package init(_ reading: LiveReading, names: [String]) {
        span =
            switch reading.place {
            case .span(let start, let end): start..<max(start, end)
            case .frame: nil
            }
        scores = Array(reading.scores)
        logits = Array(reading.logits)
        embedding = Array(reading.embedding)
        inferenceSeconds = reading.inferenceSeconds
        damage = SoundDamage()
        self.names = names
    }

    /// All labels, best first; of equals the model's first.
    public var labels: [Label] {
        Ranking.order(of: scores).map { Label(index: $0, name: names[$0], score: scores[$0]) }
    }

    /// The best `count` labels, or as many as there are.
    public func top(_ count: Int) -> [Label] { Array(labels.prefix(max(0, count))) }
}
