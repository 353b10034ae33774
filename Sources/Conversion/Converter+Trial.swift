import TacitMeasures
import TacitModelFile

extension Converter {
    /// Blocks that are tried before anything is written: where a measurement is what decides.
    var trialSteps: Int { ways == nil ? 0 : description.trunk.layers }

    /// What there is to try; nil where that is not the question, and empty where it is only by what to smooth. Two
    /// planes of int8 leave nothing to decide, since they are nearly exact.
    private var ways: [QuantizationTrial.Way]? {
        let width = description.trunk.width
        let form = options.int8Form
        guard options.weights.encoding(width: width, form: form ?? .rows).isRounded else { return nil }
        var forms: [QuantizationTrial.Form]
        let int4 = QuantizationTrial.fourBits(options, width: width)
        switch (options.weights, form) {
        case (.int8, .some(let form)): forms = [form == .groups ? .groups : .rows]
        case (.int8, nil): forms = [.rows, .groups]
        case (.mixed, nil): forms = [.rows, int4]
        default: forms = [int4]
        }
        guard let smoothing = options.smoothing else {
            return forms.flatMap { form in [false, true].map { .init(form: form, isSmoothed: $0) } }
        }
        // Then only the form of int8 may be open, and whether what is taken puts single patches far off.
        forms =
            options.weights.hasEightBits && form == nil ? (options.weights == .int8 ? [.rows, .groups] : [.rows]) : []
        if smoothing == .off, forms.isEmpty { return nil }
        return forms.map { .init(form: $0, isSmoothed: smoothing == .on) }
    }

    /// A trunk in all ways that there are to choose from, arrived at its end; nil where there are none.
    func trial(_ trunk: TrunkWeights, _ progress: (Int, Int) throws -> Void) throws -> QuantizationTrial? {
        guard let ways else { return nil }
        var trial = QuantizationTrial(description, try sample(contexts: RandomErrors.contexts), ways: ways)
        for layer in 0..<trialSteps {
            try progress(layer, allSteps)
            let block = try block(layer, trunk)
            try trial.advance(layer: layer, vectors: block.vectors, weights: block.weights)
        }
        return trial
    }
}

extension MatrixEncoding {
    /// Whether what is stored is off by more than a matrix of floats would be.
    fileprivate var isRounded: Bool { self != .float32 && self != .int8TwoPlanes }
}
