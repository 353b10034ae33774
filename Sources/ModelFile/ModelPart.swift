/// Something a model file holds: a matrix (several tensors, by its encoding) or a plain tensor of floats.
package enum ModelPart: Equatable, Sendable {
    case matrix(MatrixShape)
    /// F32, outermost dimension first.
    case vector(name: String, shape: [Int])
}

extension ModelDescription {
    /// Every part that a model of this description has, in the order in which a stream of patches meets them. It is
    /// also their order in the file. Which matrices of the trunk have a bias is not said here: see `MatrixFormat`.
    package var parts: [ModelPart] {
        var parts: [ModelPart] = []
        func matrix(_ name: String, _ rows: Int, _ columns: Int, isTrunk: Bool = false) {
            parts.append(.matrix(MatrixShape(name: name, rows: rows, columns: columns, isTrunk: isTrunk)))
        }
        func norm(_ name: String, _ kind: TrunkDescription.Norm) {
            parts.append(.vector(name: "\(name).weight", shape: [trunk.width]))
            if kind == .layer { parts.append(.vector(name: "\(name).bias", shape: [trunk.width])) }
        }
        func headNorm(_ name: String) { parts.append(.vector(name: "\(name).weight", shape: [trunk.headWidth])) }

        if case .tokens(let tokens) = input {
            for index in 0..<tokens.codebooks {
                parts.append(.vector(name: TensorName.codebook(index), shape: [tokens.vocabulary, trunk.width]))
            }
        } else {
            if patchHiddenWidth > 0 { matrix(TensorName.patchHidden, patchHiddenWidth, input.patchSize) }
            matrix(TensorName.patch, trunk.width, patchHiddenWidth > 0 ? patchHiddenWidth : input.patchSize)
        }
        switch trunk.positions {
        case .table: parts.append(.vector(name: TensorName.positions, shape: [input.window, trunk.width]))
        case .rotary:
            parts.append(.vector(name: TensorName.rotaryFrequencies, shape: [trunk.rotaryWidth / 2]))
            if trunk.hasLocalFrequencies {
                parts.append(.vector(name: TensorName.localFrequencies, shape: [trunk.rotaryWidth / 2]))
            }
        case .none: break
        }
        if sinks > 0 { parts.append(.vector(name: TensorName.sinks, shape: [sinks, trunk.width])) }
        for layer in 0..<trunk.layers {
            norm(TensorName.attentionNorm(layer), trunk.norm)
            matrix(TensorName.attentionQueryKeyValue(layer), trunk.queryKeyValueWidth, trunk.width, isTrunk: true)
            if trunk.normalizesHeads {
                headNorm(TensorName.queryNorm(layer))
                headNorm(TensorName.keyNorm(layer))
            }
            matrix(TensorName.attentionOutput(layer), trunk.width, trunk.heads * trunk.headWidth, isTrunk: true)
            if trunk.normPlacement == .around { norm(TensorName.attentionOutputNorm(layer), trunk.norm) }
            norm(TensorName.feedForwardNorm(layer), trunk.norm)
            matrix(TensorName.feedForwardInput(layer), trunk.feedForwardInputWidth, trunk.width, isTrunk: true)
            matrix(TensorName.feedForwardOutput(layer), trunk.width, trunk.feedForwardWidth, isTrunk: true)
            if trunk.normPlacement == .around { norm(TensorName.feedForwardOutputNorm(layer), trunk.norm) }
        }
        norm(TensorName.finalNorm, trunk.norm)
        if hasHeadNorm { norm(TensorName.headNorm, .layer) }
        if !labels.isEmpty { matrix(TensorName.head, labels.count, trunk.width) }
        if let learning {
            parts.append(
                .matrix(
                    MatrixShape(
                        name: TensorName.learning, rows: learning.width,
                        columns: learning.inputWidth(trunkWidth: trunk.width), isTrunk: false, mayBeQuantized: true)))
            if learning.hasPrototypes {
                parts.append(.vector(name: TensorName.learningPrototypes, shape: [labels.count, learning.width]))
            }
            if learning.others > 0 {
                parts.append(.vector(name: TensorName.learningOthers, shape: [learning.others, learning.width]))
            }
        }
        return parts
    }

    /// The matrices among the parts.
    package var matrices: [MatrixShape] {
        parts.compactMap { if case .matrix(let shape) = $0 { shape } else { nil } }
    }
}
