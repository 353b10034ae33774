import Glibc
import TacitDiagnostics
import TacitText

/// Radians a position for each pair of rotated elements, by the scaling that the base's configuration names.
enum RotaryFrequencies {
    /// Kinds of scaling that are understood, by transformers' names.
    private enum Scaling: String, CaseIterable {
        /// `theta^(-2i/d)` (Su et al. 2021, RoFormer, section 3.4.2).
        case `default`
        /// All frequencies divided by a factor (Chen et al. 2023, Position Interpolation).
        case linear
        /// Low frequencies divided, high ones kept, those between interpolated (Llama 3.1's).
        case llama3
    }

    /// Where a configuration keeps what decides about them: the rotary base stands at the top level or, newer, inside
    /// `rope_parameters` (older: `rope_scaling`), which may have one object a type of layer.
    struct Sources {
        /// How many positions the base was first trained with.
        private static let trainedKey = "original_max_position_embeddings"

        private let config: ConfigObject
        private let layerType: String?
        private let parameters: ConfigObject?
        private let thetaKey: String
        private let theta: Double
        private let part: Double

        /// - Parameters:
        ///   - layerType: whose frequencies, where types of layers have their own.
        ///   - thetaKey: the rotary base's key at the top level.
        ///   - partKey: the rotated part's key at the top level.
        ///   - scalingKey: the older name of `rope_parameters`; nil where it does not concern this type of layer.
        ///   - theta: the rotary base where nothing is said.
        ///   - part: of a head, what is rotated where nothing is said; nil where nothing but all of it is supported.
        init(
            _ config: ConfigObject, layerType: String? = nil, thetaKey: String = "rope_theta",
            partKey: String = "partial_rotary_factor", scalingKey: String? = "rope_scaling",
            theta: Double = 10_000, part: Double? = nil
        ) throws {
            self.config = config
            self.layerType = layerType
            self.thetaKey = thetaKey
            // transformers gives `rope_scaling`, where it is there and not empty, the precedence.
            let older = scalingKey.flatMap { key in config[key].map { !$0.isEmpty } ?? false ? key : nil }
            parameters = try Self.parameters(config, older: older, layerType: layerType)
            self.theta =
                try parameters?.optionalNumber("rope_theta") ?? config.optionalNumber(thetaKey) ?? theta
            self.part =
                try parameters?.optionalNumber("partial_rotary_factor") ?? config.optionalNumber(partKey) ?? part ?? 1
            guard self.theta > 0 else {
                throw thetaFault("expected a positive number, found \(self.theta)")
            }
            if part == nil {
                for settings in [parameters, config].compactMap({ $0 }) {
                    if let factor = try settings.optionalNumber("partial_rotary_factor"), factor != 1 {
                        throw settings.fault("partial_rotary_factor", "\(factor) is not supported, only 1")
                    }
                }
            }
            guard self.part > 0, self.part <= 1 else {
                throw config.fault(partKey, "expected more than 0 and at most 1, found \(self.part)")
            }
        }

        /// About the rotary base, where it stands.
        private func thetaFault(_ reason: String) -> TacitError {
            guard let parameters, parameters["rope_theta"] != nil else { return config.fault(thetaKey, reason) }
            return parameters.fault("rope_theta", reason)
        }

        private static func parameters(
            _ config: ConfigObject, older: String?, layerType: String?
        ) throws -> ConfigObject? {
            guard let layerType else { return try config.optionalObject(older ?? "rope_parameters") }
            let nested = try config.optionalObject("rope_parameters")
            try nested?.refuseOthers(than: ["full_attention", "sliding_attention"])
            let own = try nested?.optionalObject(layerType)
            guard let older, let scaling = try config.optionalObject(older) else { return own }
            // transformers would go by the newer `rope_type` of default, and scale nothing.
            guard scaling["type"] == nil || scaling["rope_type"] != nil else {
                throw scaling.fault("type", "expected rope_type in its place")
            }
            // Here transformers writes the older settings over the newer ones, one by one.
            return own.map { scaling.adding($0) } ?? scaling
        }

        /// How many elements of a head are rotated; an odd part is rounded up.
        func width(ofHead headWidth: Int) throws -> Int {
            let width = (dimension(headWidth) + 1) / 2 * 2
            guard width >= 2, width <= headWidth else {
                throw config.fault("rope_parameters", "\(width) elements of a head of \(headWidth) can't be rotated")
            }
            return width
        }

        private func dimension(_ headWidth: Int) -> Int { Int(Double(headWidth) * part) }

        /// One a pair of the elements that are rotated, all finite.
        func frequencies(headWidth: Int, maximumPositions: Int) throws -> [Float] {
            let dimension = dimension(headWidth)
            let frequencies = (0..<(dimension + 1) / 2).map { pow(theta, -Double(2 * $0) / Double(dimension)) }
            guard frequencies.allSatisfy({ Float($0).isFinite }) else {
                throw thetaFault("\(theta) makes a rotary frequency that is not finite")
            }
            guard let parameters else { return frequencies.map { Float($0) } }
            let scaled = try RotaryFrequencies.scaled(frequencies, parameters) {
                // At the top level it has the precedence, but where types of layers have settings of their own.
                if layerType == nil, config.has(Self.trainedKey) { return try config.size(Self.trainedKey) }
                return try parameters.size(Self.trainedKey, default: maximumPositions)
            }
            guard scaled.allSatisfy({ $0.isFinite }) else {
                throw parameters.fault("factor", "makes a rotary frequency that is not finite")
            }
            return scaled
        }
    }

    /// Those of a family all of whose layers rotate whole heads alike.
    static func read(_ config: ConfigObject, headWidth: Int, maximumPositions: Int) throws -> [Float] {
        try Sources(config).frequencies(headWidth: headWidth, maximumPositions: maximumPositions)
    }

    private static func scaled(
        _ frequencies: [Double], _ parameters: ConfigObject, trainedPositions: () throws -> Int
    ) throws -> [Float] {
        try parameters.refuseOthers(than: [
            "rope_type", "type", "rope_theta", "factor", "low_freq_factor", "high_freq_factor",
            "original_max_position_embeddings", "partial_rotary_factor", "attention_factor",
        ])
        if let factor = try parameters.optionalNumber("attention_factor"), factor != 1 {
            throw parameters.fault("attention_factor", "\(factor) is not supported, only 1")
        }
        let typeKey = parameters["rope_type"] == nil ? "type" : "rope_type"
        let scaling = try parameters.optionalChoice(typeKey, Scaling.self) ?? .default
        switch scaling {
        case .default: return frequencies.map { Float($0) }
        case .linear:
            let factor = try positive("factor", parameters)
            return frequencies.map { Float($0 / factor) }
        case .llama3:
            return try llama3(frequencies, parameters, trainedPositions: trainedPositions()).map { Float($0) }
        }
    }

    private static func llama3(
        _ frequencies: [Double], _ parameters: ConfigObject, trainedPositions: Int
    ) throws -> [Double] {
        let factor = try positive("factor", parameters)
        let low = try positive("low_freq_factor", parameters)
        let high = try positive("high_freq_factor", parameters)
        guard low < high else { throw parameters.fault("high_freq_factor", "expected more than low_freq_factor") }
        let context = Double(trainedPositions)
        return frequencies.map { frequency in
            let wavelength = 2 * Double.pi / frequency
            if wavelength < context / high { return frequency }
            if wavelength > context / low { return frequency / factor }
            let smooth = (context / wavelength - low) / (high - low)
            return (1 - smooth) * frequency / factor + smooth * frequency
        }
    }

    private static func positive(_ key: String, _ settings: ConfigObject) throws -> Double {
        let number = try settings.number(key)
        guard number > 0 else { throw settings.fault(key, "expected a positive number, found \(number)") }
        return number
    }
}
