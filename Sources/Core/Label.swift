/// One of a model's labels and how much it holds.
public struct Label: Equatable, Sendable {
    /// Its place among the model's labels.
    public let index: Int
    /// As the model calls it, or as it was taught.
    public let name: String
    /// 0...1: by softmax over all labels, or by sigmoid each for itself.
    public let score: Float

    package init(index: Int, name: String, score: Float) {
        self.index = index
        self.name = name
        self.score = score
    }
}
