import TacitModelFile

/// How much arithmetic a model asks for: two operations for every multiply-add of the trunk's matrices and of attention,
/// whatever the weights' bits. The one place where operations are counted; rates are these over the measured time.
///
/// Counted is what the result needs and the engine does, not the nominal work: causal attention over the patches that
/// each patch sees, and with pooling at the last patch a last layer that ends in that patch alone (its queries, keys
/// and values are one product, and so counted for every patch). Not counted: the patch projection and the head, a few
/// per cent of a small model; norms, softmax, activations; the second and third product of matrices of two planes,
/// which are the price of their bytes, not more work done.
package struct OperationCount: Equatable, Sendable {
    /// From an empty context to the scores of a whole window.
    package let window: Double
    /// One more patch behind a full cache.
    package let step: Double

    package init(_ description: ModelDescription) {
        let trunk = description.trunk
        let width = Double(trunk.width)
        let attended = Double(trunk.heads * trunk.headWidth)
        let inwards = Double(trunk.queryKeyValueWidth) * width
        let outwards =
            attended * width + Double(trunk.feedForwardInputWidth) * width
            + width * Double(trunk.feedForwardWidth)

        /// Multiply-adds for `rows` patches that see `pairs` patches in all; of the last layer only `read` are wanted,
        /// and these see `readPairs`.
        func multiplyAdds(rows: Double, pairs: Double, read: Double, readPairs: Double) -> Double {
            // Each pair of patches: one product of query and key, one of score and value.
            let whole = rows * (inwards + outwards) + 2 * pairs * attended
            let last = rows * inwards + read * outwards + 2 * readPairs * attended
            return Double(trunk.layers - 1) * whole + last
        }

        let patches = Double(description.input.window)
        let pairs = description.attention == .causal ? patches * (patches + 1) / 2 : patches * patches
        let isLast = description.pool == .last
        window =
            2
            * multiplyAdds(
                rows: patches, pairs: pairs, read: isLast ? 1 : patches, readPairs: isLast ? patches : pairs)
        step = 2 * multiplyAdds(rows: 1, pairs: patches, read: 1, readPairs: patches)
    }
}
