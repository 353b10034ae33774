import TacitDiagnostics

extension ModelDescription {
    /// Checks every size against `ModelLimits` and every combination for sense. Nothing is computed from a description,
    /// and no memory taken for it, before this has passed.
    ///
    /// - Throws: `TacitError` of kind `badData`; its place is the field's name in the metadata.
    package func validate() throws {
        try trunk.validate()
        try input.validate()
        try require(
            !(attention == .full && context == .sliding), "attention",
            "full attention needs the context restart, not sliding")
        try require(
            !(context == .sliding && trunk.positions == .table), "context",
            "sliding needs rotary positions or none, not a table")
        try range(sinks, 0...ModelLimits.sinks, "sinks")
        try require(sinks == 0 || context == .sliding, "sinks", "they go with the context sliding, not restart")
        try require(
            attention == .causal || !trunk.localWindows.contains { $0 > 0 && $0 < input.window }, "attention",
            "full attention does not go with layers that see less than a window of \(input.window)")
        try require(labels.count <= ModelLimits.labels, "labels", "at most \(ModelLimits.labels) labels")
        try require(thresholds.count == labels.count, "thresholds", "expected one a label, \(labels.count)")
        try require(thresholds.allSatisfy { (0...1).contains($0) }, "thresholds", "each must be 0...1")
        if let (field, reason) = events?.fault { throw TacitError(.badData, place: "events.\(field)", reason) }
        try require(events == nil || !labels.isEmpty, "events", "events without labels")
        try require(Set(labels).count == labels.count, "labels", "a label occurs twice")
        try require(
            labels.allSatisfy { !$0.isEmpty && $0.utf8.count <= ModelLimits.labelBytes }, "labels",
            "a label must have 1 to \(ModelLimits.labelBytes) bytes")
        try require(!hasHeadNorm || !labels.isEmpty, "head_norm", "a head norm without a head")
        try learning?.validate(self)
        try range(patchHiddenWidth, 0...ModelLimits.width, "patch_hidden_width")
        if case .tokens = input {
            try require(patchHiddenWidth == 0, "patch_hidden_width", "tokens have no patch projection")
        }
    }
}

extension TrunkDescription {
    func validate() throws {
        try range(width, 1...ModelLimits.width, "trunk.width")
        try range(layers, 1...ModelLimits.layers, "trunk.layers")
        try range(heads, 1...ModelLimits.heads, "trunk.heads")
        try range(keyValueHeads, 1...heads, "trunk.key_value_heads")
        try require(
            heads % keyValueHeads == 0, "trunk.key_value_heads", "\(keyValueHeads) does not divide \(heads) heads")
        try range(headWidth, 1...ModelLimits.width, "trunk.head_width")
        try range(heads * headWidth, 1...ModelLimits.width, "trunk.head_width", "all heads' width")
        try range(feedForwardWidth, 1...ModelLimits.width, "trunk.feed_forward_width")
        try require(
            normEpsilon.isFinite && normEpsilon > 0 && normEpsilon <= 1, "trunk.norm_epsilon",
            "expected more than 0 and at most 1, found \(normEpsilon)")
        if positions == .rotary {
            try require(
                rotaryWidth >= 2 && rotaryWidth <= headWidth && rotaryWidth % 2 == 0, "trunk.rotary_width",
                "expected an even number, 2 to the head's width of \(headWidth), found \(rotaryWidth)")
        } else {
            try require(rotaryWidth == 0, "trunk.rotary_width", "expected 0 without rotary positions")
        }
        if let attentionScale {
            try require(
                attentionScale.isFinite && attentionScale > 0 && attentionScale <= 1e6, "trunk.attention_scale",
                "expected a positive number, found \(attentionScale)")
        }
        try require(
            localWindows.isEmpty || localWindows.count == layers, "trunk.local_windows",
            "expected one a layer, \(layers), found \(localWindows.count)")
        for window in localWindows { try range(window, 0...Int(Int32.max), "trunk.local_windows") }
        try require(
            !hasLocalFrequencies || positions == .rotary && localWindows.contains { $0 > 0 },
            "trunk.local_frequencies", "there are no local layers that rotate")
    }
}
