import TacitModelFile

/// Which matrices of a trunk get eight bits a weight and which four, within so many in the mean.
struct BitAllocation {
    /// A matrix, and what it takes in either form.
    struct Candidate {
        let name: String
        let weights: Int
        /// Bytes with scales, sums and padding, without bias.
        let fewBytes: Int
        let manyBytes: Int

        /// - Throws: `TacitError` (bad data) for a matrix that can't be stored so.
        init(_ shape: MatrixShape, few: MatrixEncoding, many: MatrixEncoding) throws {
            func bytes(_ encoding: MatrixEncoding) throws -> Int {
                try encoding.format.tensors(rows: shape.rows, columns: shape.columns).reduce(0) { $0 + $1.byteCount }
            }
            name = shape.name
            weights = shape.rows * shape.columns
            (fewBytes, manyBytes) = (try bytes(few), try bytes(many))
        }
    }

    let candidates: [Candidate]

    private var weights: Int { candidates.reduce(0) { $0 + $1.weights } }

    /// Bits a weight if all have the fewest.
    var leastBits: Double { Double(8 * candidates.reduce(0) { $0 + $1.fewBytes }) / Double(weights) }

    /// Takes those first whose bytes gain most, and passes over those that there is no room for.
    ///
    /// - Parameters:
    ///   - budget: bits a weight, at least `leastBits`.
    ///   - gains: by name, what of the trunk's squared error goes away with eight bits.
    /// - Returns: names of those that get eight.
    func choose(budget: Double, gains: [String: Double]) -> Set<String> {
        var bytes = candidates.reduce(0) { $0 + $1.fewBytes }
        let most = budget * Double(weights) / 8
        func worth(_ candidate: Candidate) -> Double {
            (gains[candidate.name] ?? 0) / Double(max(1, candidate.manyBytes - candidate.fewBytes))
        }
        let order = candidates.indices.sorted {
            (worth(candidates[$1]), $0) < (worth(candidates[$0]), $1)
        }
        var chosen: Set<String> = []
        for index in order {
            let more = candidates[index].manyBytes - candidates[index].fewBytes
            guard Double(bytes + more) <= most else { continue }
            bytes += more
            chosen.insert(candidates[index].name)
        }
        return chosen
    }
}
