import TacitDiagnostics
import TacitModelFile

/// Everything a session changes while it runs, in one arena. Rows of activations are padded to 16 elements.
///
/// A *row* is one patch of one context on its way through the trunk; `rows` of them go through together.
struct State {
    /// Most rows of one pass.
    let rows: Int
    let contexts: Int
    let window: Int
    /// Slots of each context's ring of keys and values, a multiple of 16: as many as the oldest row of a pass still
    /// needs when the newest has been stored.
    let slots: Int
    /// Strides of the rows below, in elements.
    let width16: Int
    let queryKeyValue16: Int
    let attended16: Int
    let feedForward16: Int
    let hidden16: Int
    let half16: Int
    let scoreStride: Int
    let headTiles: Int

    let arena: Arena

    /// `[rows][patchHidden16]`: the patch projection's hidden layer.
    let patchHidden: UnsafeMutablePointer<Float>
    /// `[rows][width16]`: projected patches, before positions.
    let embedded: UnsafeMutablePointer<Float>
    /// `[rows][width16]`: the residual stream.
    let stream: UnsafeMutablePointer<Float>
    /// `[rows][width16]`: the output of a norm.
    let normed: UnsafeMutablePointer<Float>
    /// `[rows][queryKeyValue16]`
    let queryKeyValue: UnsafeMutablePointer<Float>
    /// `[rows][attended16]`: the heads' outputs, side by side.
    let attended: UnsafeMutablePointer<Float>
    /// `[rows][feedForward16]`: the feed-forward part's hidden layer.
    let feedForward: UnsafeMutablePointer<Float>
    /// `[rows]`: a product's input in 8 bits.
    let quantized: QuantizedRows
    /// Rotary cosines and sines of each table of frequencies: `[tables][window][half16]`, by position, where contexts
    /// end; `[tables][rows][half16]`, by the row of a pass, where they go on for ever.
    private let cosines: UnsafeMutablePointer<Float>
    private let sines: UnsafeMutablePointer<Float>
    /// Whether angles are computed with each pass.
    let anglesPass: Bool
    private let angleRows: Int
    /// `[threads][4][scoreStride]`: attention scores of up to four queries.
    let scores: UnsafeMutablePointer<Float>

    /// `[contexts][layers][keyValueHeads][slots / 16][headWidth][16]`
    let keys: UnsafeMutablePointer<Float>
    /// `[contexts][layers][keyValueHeads][headTiles][slots][16]`
    let values: UnsafeMutablePointer<Float>
    /// What every patch attends to before its window; nil where there is nothing.
    let sinks: AttentionSinks?
    /// `[contexts]`: patches since the last reset.
    let positions: UnsafeMutablePointer<Int>

    /// `[contexts][width16]`: the last patch's final norm, or the sum over the context so far.
    let pooled: UnsafeMutablePointer<Float>
    /// `[contexts][slots][width16]`: final norms of a sliding context with mean pooling.
    let recent: UnsafeMutablePointer<Float>
    /// `[width16]`, `[labels16]`: scratch for reading.
    let embedding: UnsafeMutablePointer<Float>
    let logits: UnsafeMutablePointer<Float>
    /// What labels are learned by; nil where nobody asks for it.
    let keptLayers: KeptLayers?

    /// - Throws: `TacitError` where the sizes do not fit memory.
    ///
    /// - Parameters:
    ///   - description: of the model.
    ///   - encodings: of its matrices.
    ///   - contexts: side by side.
    ///   - rows: the most of one pass.
    ///   - threads: that share the work.
    ///   - learns: whether to keep what labels are learned by.
    init(
        _ description: ModelDescription, encodings: [MatrixEncoding], contexts: Int, rows: Int, threads: Int,
        learns: Bool
    ) throws {
        let trunk = description.trunk
        self.rows = rows
        self.contexts = contexts
        window = description.input.window
        slots = (description.context == .sliding ? window + rows - 1 : window).roundedUp(to: 16)
        width16 = trunk.width.roundedUp(to: 16)
        queryKeyValue16 = trunk.queryKeyValueWidth.roundedUp(to: 16)
        let attendedWidth = trunk.heads * trunk.headWidth
        attended16 = attendedWidth.roundedUp(to: 16)
        feedForward16 = trunk.feedForwardInputWidth.roundedUp(to: 16)
        hidden16 = description.patchHiddenWidth.roundedUp(to: 16)
        half16 = trunk.positions == .rotary ? (trunk.rotaryWidth / 2).roundedUp(to: 16) : 0
        scoreStride = (window + 3).roundedUp(to: 16) + 48
        headTiles = (trunk.headWidth + 15) / 16

        var plan = Arena.Plan()
        let float = Float.self
        let patchHidden = try plan.reserve(float, rows, hidden16)
        let embedded = try plan.reserve(float, rows, width16)
        let stream = try plan.reserve(float, rows, width16)
        let normed = try plan.reserve(float, rows, width16)
        let queryKeyValue = try plan.reserve(float, rows, queryKeyValue16)
        let attended = try plan.reserve(float, rows, attended16)
        let feedForward = try plan.reserve(float, rows, feedForward16)
        let quantized = try QuantizedRows.Plan(
            in: &plan, rows: learns ? max(rows, KeptLayers.readings) : rows,
            width: max(
                trunk.width, attendedWidth, trunk.feedForwardWidth,
                learns ? description.learning?.inputWidth(trunkWidth: trunk.width) ?? 0 : 0), encodings: encodings)
        anglesPass = description.context == .sliding
        angleRows = anglesPass ? rows : window
        let tables = trunk.hasLocalFrequencies ? 2 : 1
        let cosines = try plan.reserve(float, tables, angleRows, half16)
        let sines = try plan.reserve(float, tables, angleRows, half16)
        let scores = try plan.reserve(float, threads, 4, scoreStride)
        let heads = trunk.layers * trunk.keyValueHeads
        let keys = try plan.reserve(float, contexts, heads, slots, trunk.headWidth)
        let values = try plan.reserve(float, contexts, heads, slots, headTiles * 16)
        let sinks = description.sinks > 0 ? try AttentionSinks.Plan(in: &plan, description, rows: rows) : nil
        let positions = try plan.reserve(Int.self, contexts)
        let pooled = try plan.reserve(float, contexts, width16)
        let keepsRecent = description.context == .sliding && description.pool == .mean
        let recent = try plan.reserve(float, contexts, keepsRecent ? slots : 0, width16)
        let embedding = try plan.reserve(float, width16)
        let logits = try plan.reserve(float, description.labels.count.roundedUp(to: 16))

        var keptLayers: KeptLayers.Plan?
        if learns, let head = description.learning {
            keptLayers = try KeptLayers.Plan(
                in: &plan, head, input: description.input, contexts: contexts, window: window, slots: slots,
                width: trunk.width, width16: width16)
        }

        let arena = try Arena(plan)
        self.arena = arena
        self.patchHidden = arena.pointer(patchHidden)
        self.embedded = arena.pointer(embedded)
        self.stream = arena.pointer(stream)
        self.normed = arena.pointer(normed)
        self.queryKeyValue = arena.pointer(queryKeyValue)
        self.attended = arena.pointer(attended)
        self.feedForward = arena.pointer(feedForward)
        self.quantized = QuantizedRows(quantized, in: arena)
        self.cosines = arena.pointer(cosines)
        self.sines = arena.pointer(sines)
        self.scores = arena.pointer(scores)
        self.keys = arena.pointer(keys)
        self.values = arena.pointer(values)
        self.sinks = sinks.map { AttentionSinks($0, in: arena) }
        self.positions = arena.pointer(positions)
        self.pooled = arena.pointer(pooled)
        self.recent = arena.pointer(recent)
        self.embedding = arena.pointer(embedding)
        self.logits = arena.pointer(logits)
        self.keptLayers = keptLayers.map { KeptLayers($0, in: arena) }
    }

    /// Most successive patches whose keys and values are stored together.
    static let storedTogether = 16

    /// Cosines and sines of a row that stands at a position, and of those behind it.
    func angles(
        row: Int, position: Int, table: Int
    ) -> (cosines: UnsafeMutablePointer<Float>, sines: UnsafeMutablePointer<Float>) {
        let offset = (table * angleRows + (anglesPass ? row : position)) * half16
        return (cosines + offset, sines + offset)
    }
}
