/// Pieces of a sound of any length, evenly from its beginning on, in little memory: whenever there are twice as many as
/// are wanted, every other one is given up, and from then on they are twice as far apart.
package struct SpacedPieces {
    private let length: Int
    private let wanted: Int
    /// Samples from the beginning of one piece to that of the next.
    private var spacing: Int
    private var pieces: [[Float]] = []
    private var begun: [Float] = []
    private var position = 0

    /// - Parameters:
    ///   - length: samples of a piece, at least 1.
    ///   - wanted: pieces, at least 1.
    package init(length: Int, wanted: Int) {
        self.length = length
        self.wanted = wanted
        spacing = length
    }

    package mutating func add(_ samples: some Collection<Float>) {
        var rest = samples[...]
        while !rest.isEmpty {
            let place = position % spacing
            // To the end of the piece, or to where the next one begins.
            let count = min(rest.count, (place < length ? length : spacing) - place)
            if place < length { begun += rest.prefix(count) }
            rest = rest.dropFirst(count)
            position += count
            if begun.count == length {
                pieces.append(begun)
                begun.removeAll(keepingCapacity: true)
                if pieces.count == 2 * wanted { thin() }
            }
        }
    }

    private mutating func thin() {
        pieces = stride(from: 0, to: pieces.count, by: 2).map { pieces[$0] }
        spacing *= 2
    }

    /// As many as are wanted, if there are, from the first to the last; what is too short for a piece is none.
    package var chosen: [[Float]] {
        guard pieces.count > wanted else { return pieces }
        guard wanted > 1 else { return Array(pieces.prefix(1)) }
        return (0..<wanted).map { pieces[$0 * (pieces.count - 1) / (wanted - 1)] }
    }
}
