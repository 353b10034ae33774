import Glibc
import TacitDiagnostics

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

    /// The rotary base stands at the top level as `rope_theta` or, newer, inside `rope_parameters` (older:
    /// `rope_scaling`).
    static func read(_ config: Settings, headWidth: Int, maximumPositions: Int) throws -> [Float] {
        // transformers gives `rope_scaling`, where it is there and not empty, the precedence.
        let scalingKey = config["rope_scaling"].map { !$0.isEmpty } ?? false ? "rope_scaling" : "rope_parameters"
        let parameters = try config.optionalObject(scalingKey)
        let theta =
            try parameters?.optionalNumber("rope_theta") ?? config.optionalNumber("rope_theta") ?? 10_000
        guard theta > 0 else { throw config.fault("rope_theta", "expected a positive number, found \(theta)") }
        for settings in [parameters, config].compactMap({ $0 }) {
            if let factor = try settings.optionalNumber("partial_rotary_factor"), factor != 1 {
                throw settings.fault("partial_rotary_factor", "\(factor) is not supported, only 1")
            }
        }
        let frequencies = (0..<headWidth / 2).map { pow(theta, -Double(2 * $0) / Double(headWidth)) }
        guard let parameters else { return frequencies.map { Float($0) } }
        try parameters.refuseOthers(than: [
            "rope_type", "type", "rope_theta", "factor", "low_freq_factor", "high_freq_factor",
            "original_max_position_embeddings", "partial_rotary_factor",
        ])
        let typeKey = parameters["rope_type"] == nil ? "type" : "rope_type"
        let scaling = try parameters.optionalChoice(typeKey, Scaling.self) ?? .default
        switch scaling {
        case .default: return frequencies.map { Float($0) }
        case .linear:
            let factor = try positive("factor", parameters)
            return frequencies.map { Float($0 / factor) }
        case .llama3:
            return try llama3(frequencies, parameters, maximumPositions: maximumPositions).map { Float($0) }
        }
    }

    private static func llama3(
        _ frequencies: [Double], _ parameters: Settings, maximumPositions: Int
    ) throws -> [Double] {
        let factor = try positive("factor", parameters)
        let low = try positive("low_freq_factor", parameters)
        let high = try positive("high_freq_factor", parameters)
        guard low < high else { throw parameters.fault("high_freq_factor", "expected more than low_freq_factor") }
        let context = Double(
            try parameters.size("original_max_position_embeddings", default: maximumPositions))
        return frequencies.map { frequency in
            let wavelength = 2 * Double.pi / frequency
            if wavelength < context / high { return frequency }
            if wavelength > context / low { return frequency / factor }
            let smooth = (context / wavelength - low) / (high - low)
            return (1 - smooth) * frequency / factor + smooth * frequency
        }
    }

    private static func positive(_ key: String, _ settings: Settings) throws -> Double {
        let number = try settings.number(key)
        guard number > 0 else { throw settings.fault(key, "expected a positive number, found \(number)") }
        return number
    }
}
