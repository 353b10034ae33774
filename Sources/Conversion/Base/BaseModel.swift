import TacitDiagnostics
import TacitModelFile

/// A base model's architecture, in terms of the model file and of its checkpoint at once. A family is a function that
/// makes one from `config.json`.
struct BaseModel {
    /// A matrix of the model file and the modules whose rows it stacks.
    struct Matrix: Equatable {
        /// One of `TensorName`.
        let name: String
        /// What the report calls its kind.
        let kind: MatrixKind
        let modules: [LinearModule]
        /// Where the modules' rows go, once adapters are fused.
        var order = RowOrder.stacked
    }

    /// A norm of the model file and its module.
    struct Norm: Equatable {
        let name: String
        let module: String
        /// Elements; nil is the trunk's width.
        var width: Int?
        /// Whether the module's weight is what is added to 1 (Gemma).
        var isOffset = false
    }

    /// A table of rotary angles in the model file: radians a position, one a pair of rotated elements.
    struct Rotation {
        var frequencies: [Float] = []
        /// Those of local layers, where they have their own.
        var localFrequencies: [Float] = []
    }

    struct Block {
        let matrices: [Matrix]
        let norms: [Norm]
    }

    /// With the base's own positions.
    private(set) var trunk: TrunkDescription
    /// Ids of the base's own token embedding.
    let vocabulary: Int
    /// Positions it was made for.
    let maximumPositions: Int
    /// What stands before names in a checkpoint with a language head, with its dot.
    let prefix: String
    /// Why it is refused unless an adapter attends both ways; nil where the base does not itself.
    var bidirectional: TacitError?
    /// Module of the token embedding.
    let embedding: String
    /// What its rows are multiplied by where tokens are read.
    var embeddingScale: Float = 1
    /// Whether the language head shares the token embedding, so that a checkpoint may hold it under either name.
    let tiesEmbedding: Bool
    /// Module of the language head.
    var languageHead = "lm_head"
    /// Module of the table of positions, if there is one, and how many of its rows come before position 0.
    var positionTable: String?
    var positionOffset = 0
    var rotation = Rotation()
    private(set) var blocks: [Block]
    /// Blocks of the base that are left out: known, and not read.
    private(set) var droppedBlocks: [Block] = []
    let finalNorm: Norm
    /// What PEFT adapts by default, with LoRA and with IA3.
    var defaultTargets = ["q_proj", "v_proj"]
    var scaledTargets: [String] = []
    /// What IA3 takes for feed-forward layers by default.
    var scaledFeedForward: [String] = []

    init(
        trunk: TrunkDescription, vocabulary: Int, maximumPositions: Int, prefix: String, embedding: String,
        tiesEmbedding: Bool, blocks: [Block], finalNorm: Norm
    ) {
        self.trunk = trunk
        self.vocabulary = vocabulary
        self.maximumPositions = maximumPositions
        self.prefix = prefix
        self.embedding = embedding
        self.tiesEmbedding = tiesEmbedding
        self.blocks = blocks
        self.finalNorm = finalNorm
    }

    var matrices: [Matrix] { blocks.flatMap(\.matrices) }
    var norms: [Norm] { blocks.flatMap(\.norms) + [finalNorm] }
    /// Every linear layer of the trunk.
    var modules: [LinearModule] { matrices.flatMap(\.modules) }
    /// Those of the blocks that are left out, and their norms.
    var droppedModules: [LinearModule] { droppedBlocks.flatMap(\.matrices).flatMap(\.modules) }
    var droppedNorms: [Norm] { droppedBlocks.flatMap(\.norms) }

    /// The same without its last blocks.
    ///
    /// - Throws: `TacitError` (usage) if there are fewer.
    func keeping(layers: Int) throws -> BaseModel {
        guard (1...blocks.count).contains(layers) else {
            throw TacitError(.usage, place: "layers", "\(layers) asked for, but the base has \(blocks.count)")
        }
        var model = self
        model.droppedBlocks = Array(blocks[layers...])
        model.blocks = Array(blocks[..<layers])
        model.trunk.layers = layers
        model.trunk.localWindows = Array(trunk.localWindows.prefix(layers))
        if !model.trunk.localWindows.contains(where: { $0 > 0 }) {
            model.trunk.localWindows = []
            model.trunk.hasLocalFrequencies = false
        }
        return model
    }
}

/// How the rows of a base's stacked modules become rows of a matrix.
enum RowOrder: Equatable {
    case stacked
    /// Of each head its query rows, then its key rows, then its value rows (GPT-NeoX).
    case headByHead(heads: Int, width: Int)

    /// `[rows][columns]` in the order of the model file.
    func applied<Value>(to values: [Value], columns: Int) -> [Value] {
        guard case .headByHead(let heads, let width) = self else { return values }
        var result: [Value] = []
        result.reserveCapacity(values.count)
        for part in 0..<3 {
            for head in 0..<heads {
                let first = (head * 3 + part) * width * columns
                result += values[first..<first + width * columns]
            }
        }
        return result
    }
}

/// Kinds of matrices, which behave alike when they are quantized.
package enum MatrixKind: String, CaseIterable, Sendable {
    case queryKeyValue = "attention.qkv"
    case attentionOutput = "attention.out"
    case feedForwardInput = "feed_forward.in"
    case feedForwardOutput = "feed_forward.out"
}
