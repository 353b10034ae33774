import TacitDiagnostics

extension TrunkDescription {
    /// What a trunk may have beyond the fields of layout 1. A file without these keys has the standard of each; one
    /// with any of them is of layout 2, which a reader that does not know them refuses.
    private static let laterFields = [
        "norm_placement", "residual", "normalizes_heads", "attention_scale", "local_windows", "local_frequencies",
    ]
    private static let fields = [
        "family", "width", "layers", "heads", "key_value_heads", "head_width", "feed_forward_width", "gated", "norm",
        "norm_epsilon", "activation", "positions", "rotary_width",
    ]

    init(reading metadata: Metadata) throws {
        func key(_ field: String) -> String { MetadataKey.trunk(field) }
        func integer(_ field: String) throws -> Int { try metadata.integer(key(field)) }
        func later<Value>(_ field: String, _ standard: Value, _ read: (String) throws -> Value) throws -> Value {
            metadata[key(field)] == nil ? standard : try read(key(field))
        }
        let known = Set((Self.fields + Self.laterFields).map(key))
        for (name, _) in metadata.pairs where name.hasPrefix(key("")) && !known.contains(name) {
            throw TacitError(.badData, place: name, "unknown: the file needs a later version of this program")
        }
        self.init(
            family: try metadata.choice(key("family"), Family.self),
            width: try integer("width"),
            layers: try integer("layers"),
            heads: try integer("heads"),
            keyValueHeads: try integer("key_value_heads"),
            headWidth: try integer("head_width"),
            feedForwardWidth: try integer("feed_forward_width"),
            isGated: try metadata.bool(key("gated")),
            norm: try metadata.choice(key("norm"), Norm.self),
            normEpsilon: try metadata.float(key("norm_epsilon")),
            activation: try metadata.choice(key("activation"), Activation.self),
            positions: try metadata.choice(key("positions"), Positions.self),
            rotaryWidth: try integer("rotary_width"),
            normPlacement: try later("norm_placement", .before) { try metadata.choice($0, NormPlacement.self) },
            residual: try later("residual", .sequential) { try metadata.choice($0, Residual.self) },
            normalizesHeads: try later("normalizes_heads", false) { try metadata.bool($0) },
            attentionScale: try later("attention_scale", nil) { try metadata.float($0) },
            localWindows: try later("local_windows", []) { try metadata.integers($0) },
            hasLocalFrequencies: try later("local_frequencies", false) { try metadata.bool($0) })
    }

    func write(to metadata: inout Metadata) {
        func write(_ field: String, _ value: Metadata.Value) { metadata.append(MetadataKey.trunk(field), value) }
        func integer(_ field: String, _ value: Int) { write(field, .uint32(UInt32(value))) }
        write("family", .string(family.rawValue))
        integer("width", width)
        integer("layers", layers)
        integer("heads", heads)
        integer("key_value_heads", keyValueHeads)
        integer("head_width", headWidth)
        integer("feed_forward_width", feedForwardWidth)
        write("gated", .bool(isGated))
        write("norm", .string(norm.rawValue))
        write("norm_epsilon", .float32(normEpsilon))
        write("activation", .string(activation.rawValue))
        write("positions", .string(positions.rawValue))
        integer("rotary_width", rotaryWidth)
        if normPlacement != .before { write("norm_placement", .string(normPlacement.rawValue)) }
        if residual != .sequential { write("residual", .string(residual.rawValue)) }
        if normalizesHeads { write("normalizes_heads", .bool(true)) }
        if let attentionScale { write("attention_scale", .float32(attentionScale)) }
        if !localWindows.isEmpty { write("local_windows", .uint32s(localWindows.map(UInt32.init))) }
        if hasLocalFrequencies { write("local_frequencies", .bool(true)) }
    }

    /// Whether a file of layout 1 can't say all of it.
    var needsLaterLayout: Bool {
        var metadata = Metadata()
        write(to: &metadata)
        return metadata.pairs.count > Self.fields.count
    }
}
