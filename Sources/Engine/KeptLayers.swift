import CTacitKernels
import TacitModelFile

/// The last rows of each context at the layers that labels are learned by.
struct KeptLayers {
    /// 1 behind the first block; behind the last it is the final norm's output.
    let numbers: [Int]
    let window: Int
    /// Rows that each context keeps of a layer: a window, and as many more as can be looked back.
    private let slots: Int
    /// Elements from one row to the next.
    let width16: Int
    /// Cells of a picture; none where there is no grid.
    let cells: PictureCells?
    /// `[contexts][layers][slots][width16]`
    private let rows: UnsafeMutablePointer<Float>
    /// How many read-outs go through the matrix at once, so that its weights are read once.
    static let readings = 2
    /// `[readings][featureStride]`: layer by layer means, deviations, means of cells.
    let features: UnsafeMutablePointer<Float>
    let featureStride: Int
    /// `[readings][outputStride]`: what comes out of the matrix.
    let output: UnsafeMutablePointer<Float>
    let outputStride: Int

    /// Where the buffers will lie.
    struct Plan {
        fileprivate let numbers: [Int]
        fileprivate let window: Int
        fileprivate let slots: Int
        fileprivate let width16: Int
        fileprivate let cells: PictureCells?
        fileprivate let rows: Arena.Slot<Float>
        fileprivate let features: Arena.Slot<Float>
        fileprivate let featureStride: Int
        fileprivate let output: Arena.Slot<Float>
        fileprivate let outputStride: Int

        /// - Throws: `TacitError` where the sizes do not fit memory.
        init(
            in plan: inout Arena.Plan, _ head: LearningHead, input: InputDescription, contexts: Int, window: Int,
            slots: Int, width: Int, width16: Int
        ) throws {
            numbers = head.levels
            cells = PictureCells(grid: head.grid, input: input)
            self.window = window
            self.slots = slots
            self.width16 = width16
            rows = try plan.reserve(Float.self, contexts, head.levels.count * slots, width16)
            featureStride = head.inputWidth(trunkWidth: width).roundedUp(to: 64)
            outputStride = head.width.roundedUp(to: 64)
            features = try plan.reserve(Float.self, readings, featureStride)
            output = try plan.reserve(Float.self, readings, outputStride)
        }
    }

    init(_ plan: Plan, in arena: Arena) {
        numbers = plan.numbers
        window = plan.window
        slots = plan.slots
        width16 = plan.width16
        cells = plan.cells
        rows = arena.pointer(plan.rows)
        features = arena.pointer(plan.features)
        featureStride = plan.featureStride
        output = arena.pointer(plan.output)
        outputStride = plan.outputStride
    }

    /// Where the row of a position is kept, until `slots` positions later.
    func row(_ layer: Int, context: Int, position: Int) -> UnsafeMutablePointer<Float> {
        rows + ((context * numbers.count + layer) * slots + position % slots) * width16
    }

    /// The means over a context's last rows and the deviations from them, and the means over the cells of a picture,
    /// layer by layer, into `features`.
    ///
    /// - Parameters:
    ///   - index: which row of `features`.
    ///   - last: how many rows, at least 1; fewer where the context has not had so many or no more are kept.
    ///   - positions: how many patches the context has had; at least 1.
    ///   - width: elements of a row that count.
    ///   - kernels: of any instruction set.
    func summarise(_ index: Int, last: Int, context: Int, positions: Int, width: Int, _ kernels: tacit_kernels) {
        let seen = min(positions, last, window)
        let parts = 2 + (cells?.count ?? 0)
        for layer in numbers.indices {
            let mean = features + index * featureStride + layer * parts * width
            var ring = tacit_ring_rows(
                values: row(layer, context: context, position: 0), stride: width16, slots: slots,
                first: (positions - seen) % slots, count: seen)
            kernels.moments(&ring, width, mean, mean + width)
            if let cells {
                for cell in 0..<cells.count {
                    summarise(
                        cells, cell, layer, context: context, seen: seen, width: width, into: mean + (2 + cell) * width,
                        kernels)
                }
            }
        }
    }

    /// The mean over those patches of a cell that a context has had.
    private func summarise(
        _ cells: PictureCells, _ cell: Int, _ layer: Int, context: Int, seen: Int, width: Int,
        into mean: UnsafeMutablePointer<Float>, _ kernels: tacit_kernels
    ) {
        var count: Float = 0
        mean.update(repeating: 0, count: width)
        for down in cells.rows(of: cell) {
            for across in cells.columns(of: cell) where down * cells.columns + across < seen {
                kernels.add(row(layer, context: context, position: down * cells.columns + across), width, mean)
                count += 1
            }
        }
        guard count > 0 else { return }
        for element in 0..<width { mean[element] /= count }
    }
}
