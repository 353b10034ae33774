import CTacitKernels
import TacitModelFile

/// A product's input rows in 8 bits: one set of buffers, which every product's rows pass through. Of
/// threads that fill it together each writes other rows, and none reads one before all are written.
struct QuantizedRows: @unchecked Sendable {
    /// Bytes from one row to the next, a multiple of 64.
    let stride: Int
    /// `[rows][stride]`
    let levels: UnsafeMutablePointer<UInt8>
    /// `[rows]`: what the bytes stand for.
    let scales: UnsafeMutablePointer<tacit_row_scale>
    /// `[rows][blocks]`: sums of each 32 of the bytes (see `tacit_block_sums`), for int4.
    let blockSums: UnsafeMutablePointer<tacit_block_sums>
    /// `[rows][blocks]`: what each 32 of the bytes stand for; empty unless there are int8 matrices in groups.
    let groupSteps: UnsafeMutablePointer<tacit_group_step>
    /// What the bytes leave of the rows, and what that stands for; empty unless there are matrices of two planes.
    let rest: UnsafeMutablePointer<UInt8>
    let restScales: UnsafeMutablePointer<tacit_row_scale>
    /// Block sums of these, and `[rows][stride]` floats to make them of; empty unless there are int4 matrices of two
    /// planes.
    let restSums: UnsafeMutablePointer<tacit_block_sums>
    let restFloats: UnsafeMutablePointer<Float>

    /// Block sums, or group steps, of a row.
    var blocks: Int { stride / Int4Panels.blockColumns }

    /// Where the buffers will lie.
    struct Plan {
        fileprivate let stride: Int
        fileprivate let levels: Arena.Slot<UInt8>
        fileprivate let scales: Arena.Slot<tacit_row_scale>
        fileprivate let blockSums: Arena.Slot<tacit_block_sums>
        fileprivate let groupSteps: Arena.Slot<tacit_group_step>
        fileprivate let rest: Arena.Slot<UInt8>
        fileprivate let restScales: Arena.Slot<tacit_row_scale>
        fileprivate let restSums: Arena.Slot<tacit_block_sums>
        fileprivate let restFloats: Arena.Slot<Float>

        /// - Parameters:
        ///   - width: the most elements of a row.
        ///   - encodings: of the matrices that rows are multiplied by.
        /// - Throws: `TacitError` where the sizes do not fit memory.
        init(in plan: inout Arena.Plan, rows: Int, width: Int, encodings: [MatrixEncoding]) throws {
            let int4RestRows = encodings.contains { $0.bits == 4 && $0.planes == 2 } ? rows : 0
            let restRows = encodings.contains { $0.planes == 2 } ? rows : 0
            let groupRows = encodings.contains(.int8Groups) ? rows : 0
            stride = width.roundedUp(to: 64)
            levels = try plan.reserve(UInt8.self, rows, stride)
            scales = try plan.reserve(tacit_row_scale.self, rows)
            blockSums = try plan.reserve(tacit_block_sums.self, rows, stride / Int4Panels.blockColumns)
            groupSteps = try plan.reserve(tacit_group_step.self, groupRows, stride / Int8GroupPanels.groupColumns)
            rest = try plan.reserve(UInt8.self, restRows, stride)
            restScales = try plan.reserve(tacit_row_scale.self, restRows)
            restSums = try plan.reserve(tacit_block_sums.self, int4RestRows, stride / Int4Panels.blockColumns)
            restFloats = try plan.reserve(Float.self, int4RestRows, stride)
        }
    }

    init(_ plan: Plan, in arena: Arena) {
        stride = plan.stride
        levels = arena.pointer(plan.levels)
        scales = arena.pointer(plan.scales)
        blockSums = arena.pointer(plan.blockSums)
        groupSteps = arena.pointer(plan.groupSteps)
        rest = arena.pointer(plan.rest)
        restScales = arena.pointer(plan.restScales)
        restSums = arena.pointer(plan.restSums)
        restFloats = arena.pointer(plan.restFloats)
    }
}
