/// What the matrices of a block were multiplied by, each `[rows][columns of the matrix]`.
package struct ProductInputs: Sendable {
    package var queryKeyValue: [Float] = []
    package var attentionOutput: [Float] = []
    package var feedForwardInput: [Float] = []
    package var feedForwardOutput: [Float] = []

    package init() {}

    init(
        queryKeyValue: [Float], attentionOutput: [Float], feedForwardInput: [Float], feedForwardOutput: [Float]
    ) {
        self.queryKeyValue = queryKeyValue
        self.attentionOutput = attentionOutput
        self.feedForwardInput = feedForwardInput
        self.feedForwardOutput = feedForwardOutput
    }
}
