import TacitDiagnostics
import TacitModelFile

extension Converter {
    /// Blocks that matrices' sensitivity is measured in.
    var sensitivitySteps: Int { options.weights == .mixed ? description.trunk.layers : 0 }

    /// What chooses the weights of each matrix of the trunk, by its name.
    func quantizers(
        _ trunk: TrunkWeights, _ verdict: TrialVerdict, _ progress: (Int, Int) throws -> Void
    ) throws -> [String: any Quantizer] {
        let form = verdict.form
        let shapes = description.matrices.filter(\.isTrunk)
        let usual = usualQuantizer(form)
        var quantizers: [String: any Quantizer] = [:]
        for shape in shapes { quantizers[shape.name] = usual }
        for layer in 0..<verdict.twoPlaneLayers {
            for shape in shapes where shape.name.hasPrefix(TensorName.block(layer)) {
                quantizers[shape.name] = Int8Quantizer(planes: 2)
            }
        }
        guard options.weights == .mixed else { return quantizers }

        let precise: any Quantizer = form == .groups ? Int8GroupQuantizer() : Int8Quantizer(planes: 1)
        let allocation = BitAllocation(
            candidates: try shapes.map {
                try BitAllocation.Candidate($0, few: usual.encoding, many: precise.encoding)
            })
        var sensitivity = try Sensitivity(description, surroundings, quantizer: usual)
        for layer in 0..<sensitivitySteps {
            try progress(trialSteps + layer, allSteps)
            let block = try block(layer, trunk)
            try sensitivity.advance(layer: layer, vectors: block.vectors, weights: block.weights)
        }
        for name in allocation.choose(budget: options.budget, gains: sensitivity.squares) {
            quantizers[name] = precise
        }
        return quantizers
    }

    private func usualQuantizer(_ form: ConversionOptions.Int8Form) -> any Quantizer {
        options.weights.quantizer(width: description.trunk.width, groupSize: options.groupSize, form: form)
    }

    /// - Throws: `TacitError` (usage) where mixed weights are to take fewer bits than there is a form for.
    func refuseImpossibleBudget() throws {
        guard options.weights == .mixed else { return }
        let few = usualQuantizer(.rows).encoding
        let least = BitAllocation(
            candidates: try description.matrices.filter(\.isTrunk).map {
                try BitAllocation.Candidate($0, few: few, many: few)
            }
        ).leastBits
        guard options.budget >= least else {
            throw TacitError(
                .usage, place: "budget",
                "\(options.budget) bits a weight, but this trunk takes at least "
                    + "\((least * 1000).rounded(.up) / 1000) in groups of \(options.groupSize.rawValue)")
        }
    }
}
