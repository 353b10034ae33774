import TacitModelFile

/// How much arithmetic a model asks for: two operations for every multiply-add of the trunk's matrices and of
/// attention, whatever the weights' bits. The one place where operations are counted; rates are these over the measured
/// time.
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

        /// Pairs of `rows` successive patches, the last of which is the context's `patches`th, and the patches they see
        /// in a layer.
        func pairs(_ layer: Int, rows: Int, patches: Int) -> Double {
            if description.attention == .full { return Double(rows * patches) }
            let window = min(trunk.localWindow(of: layer) ?? patches, patches)
            // The first ones see less than a window, but all see the sinks.
            let short = max(0, window - 1 - (patches - rows))
            let missing = short * (short + 1) / 2
            return Double(rows * (window + description.sinks) - missing)
        }

        /// Multiply-adds for `rows` patches, of which only `read` are wanted of the last layer.
        func multiplyAdds(rows: Int, patches: Int, read: Int) -> Double {
            (0..<trunk.layers).reduce(0) { sum, layer in
                let rowsOut = layer == trunk.layers - 1 ? read : rows
                // Each pair of patches: one product of query and key, one of score and value.
                return sum + Double(rows) * inwards + Double(rowsOut) * outwards
                    + 2 * pairs(layer, rows: rowsOut, patches: patches) * attended
            }
        }

        let patches = description.input.window
        window =
            2
            * multiplyAdds(
                rows: patches, patches: patches, read: description.pool == .last ? 1 : patches)
        step = 2 * multiplyAdds(rows: 1, patches: patches, read: 1)
    }
}
