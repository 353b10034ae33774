import TacitModelFile

/// The last rows of each context at the levels that labels are learned by.
struct KeptLevels {
    /// 1 behind the first block; behind the last it is the final norm's output.
    let numbers: [Int]
    let window: Int
    /// Elements from one row to the next.
    let width16: Int
    /// `[contexts][levels][window][width16]`
    private let rows: UnsafeMutablePointer<Float>
    /// `[levels * 2 * width]`, padded: means and deviations.
    let features: UnsafeMutablePointer<Float>
    /// `[learning width]`, padded.
    let output: UnsafeMutablePointer<Float>

    /// Where the buffers will lie.
    struct Plan {
        fileprivate let numbers: [Int]
        fileprivate let window: Int
        fileprivate let width16: Int
        fileprivate let rows: Arena.Slot<Float>
        fileprivate let features: Arena.Slot<Float>
        fileprivate let output: Arena.Slot<Float>

        /// - Throws: `TacitError` where the sizes do not fit memory.
        init(
            in plan: inout Arena.Plan, _ head: LearningHead, contexts: Int, window: Int, width: Int, width16: Int
        ) throws {
            numbers = head.levels
            self.window = window
            self.width16 = width16
            rows = try plan.reserve(Float.self, contexts, head.levels.count * window, width16)
            features = try plan.reserve(Float.self, (head.inputWidth(trunkWidth: width) + 63) & ~63)
            output = try plan.reserve(Float.self, (head.width + 63) & ~63)
        }
    }

    init(_ plan: Plan, in arena: Arena) {
        numbers = plan.numbers
        window = plan.window
        width16 = plan.width16
        rows = arena.pointer(plan.rows)
        features = arena.pointer(plan.features)
        output = arena.pointer(plan.output)
    }

    /// Where the row of a position is kept, until `window` positions later.
    func row(_ level: Int, context: Int, position: Int) -> UnsafeMutablePointer<Float> {
        rows + ((context * numbers.count + level) * window + position % window) * width16
    }

    /// The means over a context's last rows, and the deviations from them, level by level, into `features`.
    ///
    /// - Parameters:
    ///   - positions: how many patches the context has had; at least 1.
    ///   - width: elements of a row that count.
    func summarise(context: Int, positions: Int, width: Int) {
        let seen = min(positions, window)
        for level in numbers.indices {
            let mean = features + level * 2 * width
            let deviation = mean + width
            // Every element by itself, in the order of positions: the same bits on every machine.
            mean.update(repeating: 0, count: 2 * width)
            for position in positions - seen..<positions {
                let row = row(level, context: context, position: position)
                for element in 0..<width { mean[element] += row[element] }
            }
            for element in 0..<width { mean[element] /= Float(seen) }
            for position in positions - seen..<positions {
                let row = row(level, context: context, position: position)
                for element in 0..<width {
                    let difference = row[element] - mean[element]
                    deviation[element] += difference * difference
                }
            }
            for element in 0..<width { deviation[element] = (deviation[element] / Float(seen)).squareRoot() }
        }
    }
}
