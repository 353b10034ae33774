import TacitDiagnostics
import TacitModelFile

/// What stands around the trunk: `tacit.json` and `tacit.safetensors`, or, without an adapter, the base's own token
/// embeddings.
struct Surroundings {
    let config: TacitConfig?
    let store: TensorStore?
    private let checkpoint: BaseCheckpoint

    /// - Parameter folder: the adapter's.
    init(folder: SourceFolder?, checkpoint: BaseCheckpoint) throws {
        self.checkpoint = checkpoint
        config = try folder.map { try TacitConfig($0.settings("tacit.json")) }
        store = try folder.map { try TensorStore(folder: $0, file: "tacit.safetensors") }
    }

    /// The one description of the model to write, validated.
    func description() throws -> ModelDescription {
        guard let config, let store else {
            let description = try bareDescription()
            do {
                try description.validate()
            } catch let error as TacitError {
                throw error.inFile(checkpoint.path)
            }
            return description
        }
        var trunk = checkpoint.model.trunk
        if let fault = checkpoint.model.bidirectional, config.attention != .full { throw fault }
        switch config.positions {
        case .base:
            let (window, sinks) = (config.input.window, config.sinks)
            guard window <= checkpoint.model.maximumPositions, sinks <= checkpoint.model.maximumPositions - window
            else {
                throw config.settings.fault(
                    "input.window",
                    "\(window) patches\(sinks > 0 ? " and \(sinks) sinks" : ""), but the base has "
                        + "\(checkpoint.model.maximumPositions) positions")
            }
        case .learned: trunk.positions = .table
        case .none: trunk.positions = .none
        }
        if config.positions != .base { (trunk.rotaryWidth, trunk.hasLocalFrequencies) = (0, false) }
        let hidden = store.shape(of: "\(TensorName.patchHidden).weight")
        let description = ModelDescription(
            trunk: trunk, input: config.input, attention: config.attention, context: config.context,
            sinks: config.sinks, pool: config.pool, task: config.task, labels: config.labels,
            thresholds: config.thresholds, events: config.events, patchHiddenWidth: hidden?.first ?? 0,
            hasHeadNorm: store.has("\(TensorName.headNorm).weight"),
            learning: config.learning.map {
                LearningHead(
                    levels: $0.levels, grid: $0.grid, stretch: $0.stretch,
                    width: store.shape(of: "\(TensorName.learning).weight")?.first ?? 0,
                    hasPrototypes: store.has(TensorName.learningPrototypes),
                    others: store.shape(of: TensorName.learningOthers)?.first ?? 0,
                    taughtOthers: $0.taughtOthers)
            })
        do {
            try description.validate()
        } catch let error as TacitError {
            throw error.inFile(config.settings.file)
        }
        return description
    }

    /// A base alone embeds its own tokens: one codebook, read at the last position.
    private func bareDescription() throws -> ModelDescription {
        let model = checkpoint.model
        if let fault = model.bidirectional { throw fault }
        return ModelDescription(
            trunk: model.trunk,
            input: .tokens(
                TokensInput(
                    vocabulary: model.vocabulary, codebooks: 1,
                    window: min(model.maximumPositions, ModelLimits.window))),
            attention: .causal, context: .restart, pool: .last, task: .multiclass, labels: [], thresholds: [],
            patchHiddenWidth: 0, hasHeadNorm: false)
    }

    /// A matrix outside the trunk, `[rows][columns]`, and its bias.
    func matrix(_ shape: MatrixShape) throws -> (weights: [Float], bias: [Float]) {
        guard let store else { throw TacitError(.badData, place: shape.name, "the base has no such matrix") }
        return (
            try store.floats("\(shape.name).weight", shape: [shape.rows, shape.columns]),
            try store.floats("\(shape.name).bias", shape: [shape.rows])
        )
    }

    /// Whether a matrix outside the trunk has weights of 16 bits where it comes from.
    func isHalf(_ shape: MatrixShape) -> Bool { store?.type(of: "\(shape.name).weight") == "F16" }

    /// A vector outside the trunk; nil if it is not one of those.
    func vector(_ name: String, shape: [Int]) throws -> [Float]? {
        switch name {
        case TensorName.rotaryFrequencies: return checkpoint.model.rotation.frequencies
        case TensorName.localFrequencies: return checkpoint.model.rotation.localFrequencies
        case TensorName.positions:
            guard let store, config?.positions == .learned else { return try checkpoint.positions(shape[0]) }
            return try store.floats("\(TensorName.positions).weight", shape: shape)
        case TensorName.sinks: return try store?.floats("\(name).weight", shape: shape)
        case "\(TensorName.headNorm).weight", "\(TensorName.headNorm).bias":
            return try store?.floats(name, shape: shape)
        case TensorName.learningPrototypes, TensorName.learningOthers: return try store?.floats(name, shape: shape)
        case _ where name.hasPrefix(TensorName.codebooks):
            return try store.map { try $0.floats("\(name).weight", shape: shape) } ?? checkpoint.embedding()
        default: return nil
        }
    }

    /// Refuses a base other than the one that the adapter was made over, as far as their files tell: a base that is
    /// stored otherwise, in other shards or a GGUF, can't be compared.
    func refuseOtherBase(than folder: SourceFolder) throws {
        guard let config else { return }
        for member in config.baseDigests {
            guard case .string(let digest) = member.value else {
                throw config.settings.fault("base.\(member.key)", "expected a SHA-256")
            }
            if let own = folder.digest(of: member.key), own != digest.lowercased() {
                throw config.settings.fault(
                    "base.\(member.key)", "the adapter was made over another base: that file has another digest")
            }
        }
    }

    /// Refuses tensors that the model has no use for. Before anything is written, so by name alone.
    func refuseStrangers(_ description: ModelDescription) throws {
        guard let config, let store else { return }
        var expected: Set<String> = []
        for part in description.parts {
            switch part {
            case .matrix(let shape) where !shape.isTrunk:
                expected.formUnion(["\(shape.name).weight", "\(shape.name).bias"])
            case .vector(let name, _) where name.hasPrefix(TensorName.codebooks) || name == TensorName.sinks:
                expected.insert("\(name).weight")
            case .vector(let name, _) where name.hasPrefix("\(TensorName.headNorm)."): expected.insert(name)
            case .vector(let name, _) where [TensorName.learningPrototypes, TensorName.learningOthers].contains(name):
                expected.insert(name)
            case .vector(TensorName.positions, _) where config.positions == .learned:
                expected.insert("\(TensorName.positions).weight")
            default: break
            }
        }
        for name in store.names where !expected.contains(name) {
            throw store.fault(name, "nothing in tacit.json uses this tensor")
        }
        for name in expected.sorted() where !store.has(name) { throw store.fault(name, "the tensor is missing") }
    }
}
