import CTacitKernels
import TacitModelFile

/// What a session keeps of its model's sinks: rows before a stream that every patch attends to for good (Xiao et al.
/// 2023, "Efficient Streaming Language Models with Attention Sinks").
///
/// They are a context of their own, so that keys and values are computed once and serve all contexts. To each patch
/// they stand just before the oldest patch that it sees in the layer: the last one `min(position, window - 1) + 1`
/// back. What a patch is compared with does not depend on how long its stream has run; what moves is its query, which
/// is rotated a second time for that, by a place of at most `sinks + window - 1`.
struct AttentionSinks {
    let count: Int
    /// `[layers][keyValueHeads][headWidth][16]`, the last `count` of 16 slots, rotated by 0, 1, ... if at all.
    private let keys: UnsafeMutablePointer<Float>
    /// `[layers][keyValueHeads][headTiles][16][16]`, the same slots.
    private let values: UnsafeMutablePointer<Float>
    /// `[rows][attended16]`: queries as sinks meet them, head beside head; empty where nothing is rotated.
    let queries: UnsafeMutablePointer<Float>
    let queryStride: Int
    /// `[tables][sinks + window][half16]`: rotary cosines and sines of the places that a query can take.
    private let cosines: UnsafeMutablePointer<Float>
    private let sines: UnsafeMutablePointer<Float>
    private let places: Int
    private let half16: Int
    private let keyValueHeads: Int
    private let headWidth: Int
    private let headWidth16: Int
    /// Half of what is rotated of a head; 0 where nothing is.
    private let half: Int

    /// Where the buffers will lie.
    struct Plan {
        fileprivate let description: ModelDescription
        fileprivate let keys: Arena.Slot<Float>
        fileprivate let values: Arena.Slot<Float>
        fileprivate let queries: Arena.Slot<Float>
        fileprivate let cosines: Arena.Slot<Float>
        fileprivate let sines: Arena.Slot<Float>

        /// - Throws: `TacitError` where the sizes do not fit memory.
        init(in plan: inout Arena.Plan, _ description: ModelDescription, rows: Int) throws {
            self.description = description
            let trunk = description.trunk
            let (heads, width16) = (trunk.layers * trunk.keyValueHeads, trunk.headWidth.roundedUp(to: 16))
            keys = try plan.reserve(Float.self, heads, trunk.headWidth, 16)
            values = try plan.reserve(Float.self, heads, width16, 16)
            let rotates = trunk.positions == .rotary
            queries = try plan.reserve(
                Float.self, rotates ? rows : 0, (trunk.heads * trunk.headWidth).roundedUp(to: 16))
            let angles = AttentionSinks.places(description) * (trunk.rotaryWidth / 2).roundedUp(to: 16)
            let tables = trunk.hasLocalFrequencies ? 2 : 1
            cosines = try plan.reserve(Float.self, tables, angles)
            sines = try plan.reserve(Float.self, tables, angles)
        }
    }

    init(_ plan: Plan, in arena: Arena) {
        let trunk = plan.description.trunk
        (keyValueHeads, headWidth, half) = (trunk.keyValueHeads, trunk.headWidth, trunk.rotaryWidth / 2)
        count = plan.description.sinks
        keys = arena.pointer(plan.keys)
        values = arena.pointer(plan.values)
        queries = arena.pointer(plan.queries)
        queryStride = (trunk.heads * trunk.headWidth).roundedUp(to: 16)
        cosines = arena.pointer(plan.cosines)
        sines = arena.pointer(plan.sines)
        places = Self.places(plan.description)
        half16 = half.roundedUp(to: 16)
        headWidth16 = headWidth.roundedUp(to: 16)
    }

    private static func places(_ description: ModelDescription) -> Int { description.sinks + description.input.window }

    /// Fills the tables of angles.
    ///
    /// - Parameter frequencies: the model's tables.
    func prepareAngles(_ frequencies: [UnsafePointer<Float>]) {
        for (table, frequencies) in frequencies.enumerated() {
            for place in 0..<places {
                let offset = (table * places + place) * half16
                tacit_rotary_angles(UInt64(place), frequencies, half, cosines + offset, sines + offset)
            }
        }
    }

    /// Takes a head's keys and values out of the ring of a context that sinks have gone through.
    ///
    /// - Parameters:
    ///   - ringKeys: `[slots / 16][headWidth][16]`, of which the first slots are the sinks'.
    ///   - ringValues: `[headTiles][slots][16]`.
    ///   - slots: of the ring.
    func take(
        layer: Int, head: Int, _ ringKeys: UnsafePointer<Float>, _ ringValues: UnsafePointer<Float>, slots: Int
    ) {
        let (own, first) = (keys(layer, head), 16 - count)
        for element in 0..<headWidth {
            for sink in 0..<count { own[element * 16 + first + sink] = ringKeys[element * 16 + sink] }
        }
        for tile in 0..<headWidth16 / 16 {
            (values(layer, head) + (tile * 16 + first) * 16)
                .update(from: ringValues + tile * slots * 16, count: count * 16)
        }
    }

    func keys(_ layer: Int, _ head: Int) -> UnsafeMutablePointer<Float> {
        keys + (layer * keyValueHeads + head) * headWidth * 16
    }

    func values(_ layer: Int, _ head: Int) -> UnsafeMutablePointer<Float> {
        values + (layer * keyValueHeads + head) * headWidth16 * 16
    }

    /// Rotates queries of successive patches as sinks meet them; not to be called where nothing is rotated.
    ///
    /// - Parameters:
    ///   - from: the first one's query heads that belong to a key head, not rotated yet.
    ///   - stride: elements from one patch's to the next's.
    ///   - rows: how many patches.
    ///   - position: the first one's.
    ///   - row: the first one's place in the pass.
    ///   - head: the first query head.
    ///   - heads: how many.
    ///   - block: whose queries they are.
    func rotate(
        from: UnsafePointer<Float>, stride: Int, rows: Int, position: Int, row: Int, head: Int, heads: Int,
        _ block: Model.Block, _ kernels: tacit_kernels
    ) {
        let to = queries + row * queryStride + head * headWidth
        for line in 0..<rows {
            (to + line * queryStride).update(from: from + line * stride, count: heads * headWidth)
        }
        // Places rise with positions until the window is full, and stay there.
        let rising = max(0, min(rows, block.window - 1 - position))
        func rotate(_ first: Int, _ rows: Int, place: Int, angleStride: Int) {
            let offset = (block.angleTable * places + place) * half16
            kernels.rotate(
                to + first * queryStride, queryStride, rows, heads, headWidth, half, cosines + offset, sines + offset,
                angleStride)
        }
        if rising > 0 { rotate(0, rising, place: count + position, angleStride: half16) }
        if rising < rows { rotate(rising, rows - rising, place: count + block.window - 1, angleStride: 0) }
    }
}
