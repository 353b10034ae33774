import TacitDiagnostics

/// Which layers see the whole context and which a part of it: transformers' `layer_types`.
enum LayerTypes {
    private enum Kind: String, CaseIterable {
        case full = "full_attention"
        case sliding = "sliding_attention"
    }

    /// Of each layer how many patches one attends to at most; 0 is all of them.
    ///
    /// - Parameters:
    ///   - window: what local layers see.
    ///   - isLocal: which layers are local where the configuration does not list them.
    static func windows(
        _ config: ConfigObject, layers: Int, window: Int?, isLocal: (Int) -> Bool
    ) throws -> [Int] {
        let key = "layer_types"
        let kinds: [Kind]
        if let names = try config.optionalStrings(key) {
            // transformers reads no further than the layers go.
            guard names.count >= layers else {
                throw config.fault(key, "expected one a layer, \(layers), found \(names.count)")
            }
            kinds = try names.prefix(layers).map { name in
                guard let kind = Kind(rawValue: name) else {
                    let known = Kind.allCases.map(\.rawValue).joined(separator: ", ")
                    throw config.fault(key, "\(name) is not one of \(known)")
                }
                return kind
            }
        } else {
            kinds = (0..<layers).map { isLocal($0) ? .sliding : .full }
        }
        return try kinds.map { kind in
            guard kind == .sliding else { return 0 }
            guard let window else { throw config.fault(key, "sliding_attention, but there is no sliding_window") }
            return window
        }
    }
}
