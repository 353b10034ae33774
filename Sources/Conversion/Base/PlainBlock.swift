import TacitModelFile

/// A block without gates (GPT-2 and its like), as its modules are called: LayerNorm, attention with as many keys as
/// queries, and two matrices of a feed-forward part.
struct PlainBlock {
    /// One module that stacks queries, keys and values, or three.
    let queryKeyValue: [String]
    let attentionOutput: String
    let feedForwardInput: String
    let feedForwardOutput: String
    let attentionNorm: String
    let feedForwardNorm: String
    /// Whether weights are stored `[columns][rows]`.
    var isTransposed = false
    var queryKeyValueHasBias = true
    var attentionOutputHasBias = true
    var feedForwardHasBias = true
    var order = RowOrder.stacked

    /// - Parameters:
    ///   - layer: its number in the model file.
    ///   - prefix: what stands before its modules' names, without the dot.
    ///   - sizes: of the trunk.
    func block(_ layer: Int, prefix: String, _ sizes: BaseFamily.Sizes) -> BaseModel.Block {
        let (width, hidden) = (sizes.width, sizes.hidden)
        func linear(_ name: String, _ rows: Int, _ columns: Int, _ hasBias: Bool) -> LinearModule {
            LinearModule(
                name: "\(prefix).\(name)", rows: rows, columns: columns, isTransposed: isTransposed, hasBias: hasBias)
        }
        return BaseModel.Block(
            matrices: [
                .init(
                    name: TensorName.attentionQueryKeyValue(layer), kind: .queryKeyValue,
                    modules: queryKeyValue.map {
                        linear($0, 3 * width / queryKeyValue.count, width, queryKeyValueHasBias)
                    }, order: order),
                .init(
                    name: TensorName.attentionOutput(layer), kind: .attentionOutput,
                    modules: [linear(attentionOutput, width, width, attentionOutputHasBias)]),
                .init(
                    name: TensorName.feedForwardInput(layer), kind: .feedForwardInput,
                    modules: [linear(feedForwardInput, hidden, width, feedForwardHasBias)]),
                .init(
                    name: TensorName.feedForwardOutput(layer), kind: .feedForwardOutput,
                    modules: [linear(feedForwardOutput, width, hidden, feedForwardHasBias)]),
            ],
            norms: [
                .init(name: TensorName.attentionNorm(layer), module: "\(prefix).\(attentionNorm)"),
                .init(name: TensorName.feedForwardNorm(layer), module: "\(prefix).\(feedForwardNorm)"),
            ])
    }
}
