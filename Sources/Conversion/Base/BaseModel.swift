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
    }

    /// A norm of the model file and its module.
    struct Norm: Equatable {
        let name: String
        let module: String
    }

    /// With the base's own positions.
    let trunk: TrunkDescription
    /// Ids of the base's own token embedding.
    let vocabulary: Int
    /// Positions it was made for.
    let maximumPositions: Int
    /// What stands before names in a checkpoint with a language head, with its dot.
    let prefix: String
    /// Module of the token embedding.
    let embedding: String
    /// Whether the language head shares the token embedding, so that a checkpoint may hold it under either name.
    let tiesEmbedding: Bool
    /// Module of the table of positions, if there is one.
    let positionTable: String?
    /// Radians a position, one a pair of rotated elements.
    let rotaryFrequencies: [Float]
    let matrices: [Matrix]
    let norms: [Norm]
    /// What PEFT adapts by default.
    let defaultTargets: [String]
    /// Tensors of a block that older versions of transformers saved and that change nothing: what follows the block's
    /// number and dot.
    let leftoverSuffixes: [String]

    /// Every linear layer of the trunk.
    var modules: [LinearModule] { matrices.flatMap(\.modules) }
}

/// Kinds of matrices, which behave alike when they are quantized.
package enum MatrixKind: String, CaseIterable, Sendable {
    case queryKeyValue = "attention.qkv"
    case attentionOutput = "attention.out"
    case feedForwardInput = "feed_forward.in"
    case feedForwardOutput = "feed_forward.out"
}
