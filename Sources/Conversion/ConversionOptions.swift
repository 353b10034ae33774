import TacitMeasures
import TacitModelFile

/// What to convert, and how.
package struct ConversionOptions: Sendable {
    /// How the trunk's matrices are stored.
    package enum Weights: String, CaseIterable, Sendable {
        case int8, int4, f32
        /// Each matrix in int8 or int4, within a budget.
        case mixed

        /// Widest trunk that int8 and int4 store in two planes. Tiny models lose the most by rounding, and can spare
        /// the bytes and the time.
        private static let widestInTwoPlanes = 128

        /// What chooses the weights of a trunk of this width.
        func quantizer(width: Int, groupSize: GroupSize = .short, form: Int8Form = .rows) -> any Quantizer {
            switch self {
            case .int8 where form == .groups: Int8GroupQuantizer()
            case .int8: Int8Quantizer(planes: Self.planes(width: width))
            case .int4: Int4Quantizer(groupSize: groupSize.rawValue, planes: Self.planes(width: width))
            // Of mixed weights, those that there are no bits left for.
            case .mixed: Int4Quantizer(groupSize: groupSize.rawValue, planes: 1)
            case .f32: Float32Quantizer()
            }
        }

        private static func planes(width: Int) -> Int { width <= widestInTwoPlanes ? 2 : 1 }

        /// How the matrices of a trunk of this width are stored.
        package func encoding(
            width: Int, groupSize: GroupSize = .short, form: Int8Form = .rows
        ) -> MatrixEncoding {
            quantizer(width: width, groupSize: groupSize, form: form).encoding
        }

        /// What chooses the weights of a matrix outside the trunk that may be quantized. It is read by one vector a
        /// window, so that nothing is won with fewer than 8 bits; and means and deviations of several levels differ by
        /// orders of magnitude, so that one range for all would leave the smaller ones next to nothing.
        var learningQuantizer: any Quantizer { self == .f32 ? Float32Quantizer() : Int8GroupQuantizer() }

        /// Whether a group size has a meaning.
        package var hasGroups: Bool { encoding(width: Self.widestInTwoPlanes).groupSize > 0 }

        /// Whether a form of int8 has a meaning.
        package var hasEightBits: Bool { self == .int8 || self == .mixed }
    }

    /// How int8 is stored.
    package enum Int8Form: String, CaseIterable, Sendable {
        /// One scale a channel and one range a row of activations: the fastest.
        case rows
        /// Both in groups of 32 along K, for trunks with outliers.
        case groups
    }

    /// Whether activations are smoothed (see `BlockSmoothing`).
    package enum Smoothing: String, CaseIterable, Sendable {
        case on, off
    }

    /// How 4-bit weights are chosen.
    package enum Method: String, CaseIterable, Sendable {
        /// Each by itself, the nearest.
        case rtn
        /// Such that a channel's outputs are off as little as may be, for inputs as the trunk makes them of made-up
        /// patches.
        case gptq
    }

    /// Weights along K that share a scale, with 4 bits.
    package enum GroupSize: Int, CaseIterable, Sendable {
        case short = 32
        case middle = 64
        case long = 128
    }

    /// Folder of the base model, or its GGUF.
    package var base: String
    /// Layers to keep, from the first on; nil keeps all.
    package var layers: Int?
    /// Folder of the adapter; nil converts the base alone.
    package var adapter: String?
    package var weights: Weights
    /// Counts for int8; nil is what a measurement says (see `QuantizationTrial`).
    package var int8Form: Int8Form?
    /// Counts for quantized weights; nil is what a measurement says.
    package var smoothing: Smoothing?
    /// First layers whose matrices have two planes. Counts for int8; nil is what a measurement says (see
    /// `TwoPlaneTrial`), or 0 where `int8Form` and `smoothing` are both decided and so nothing is measured.
    package var twoPlaneLayers: Int?
    /// Counts where `weights.hasGroups`.
    package var groupSize: GroupSize
    /// Counts where weights have 4 bits.
    package var method: Method
    /// Bits a weight of the trunk's matrices, scales counted. Counts for mixed weights.
    package var budget: Double
    /// The model file to write.
    package var output: String

    package init(
        base: String, layers: Int? = nil, adapter: String? = nil, weights: Weights = .int8, int8Form: Int8Form? = nil,
        smoothing: Smoothing? = nil, twoPlaneLayers: Int? = nil,
        groupSize: GroupSize = .short, method: Method = .rtn, budget: Double = 8,
        output: String
    ) {
        self.base = base
        self.layers = layers
        self.adapter = adapter
        self.weights = weights
        self.int8Form = int8Form
        self.smoothing = smoothing
        self.twoPlaneLayers = twoPlaneLayers
        self.groupSize = groupSize
        self.method = method
        self.budget = budget
        self.output = output
    }

    /// What decides about the model's bytes, without paths. Of the forms of int8 the usual one goes without saying, and
    /// that nothing is smoothed or has two planes; where the converter was told so against its own measurement, these
    /// flags alone do not make the same file again.
    func flags(_ verdict: TrialVerdict, _ data: DataContexts?) -> String {
        "--weights \(weights.rawValue)" + (layers.map { " --layers \($0)" } ?? "")
            + (weights == .mixed ? " --budget \(budget)" : "")
            + (weights.hasGroups ? " --group-size \(groupSize.rawValue)" : "")
            + (weights.hasGroups && method == .gptq ? " --method gptq" : "")
            + (weights.hasEightBits && verdict.form == .groups ? " --int8-form groups" : "")
            + (verdict.isSmoothed ? " --smoothing on" : "")
            + (verdict.twoPlaneLayers > 0 ? " --two-plane-layers \(verdict.twoPlaneLayers)" : "")
            + (data.map { " --calibration \($0.name) --split \($0.split)" } ?? "")
    }
}
