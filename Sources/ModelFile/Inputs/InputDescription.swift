/// What a model takes in, and how it is cut into patches. The adapter folder's `input` object, validated.
///
/// What a kind of input consists of stands in its own file, as an `InputKind`; here it has its rows.
package enum InputDescription: Equatable, Sendable {
    case waveform(WaveformInput)
    case logmel(LogMelInput)
    case image(ImageInput)
    case tokens(TokensInput)

    /// All that a model may have.
    package static let kinds: [any InputKind.Type] = [
        WaveformInput.self, LogMelInput.self, ImageInput.self, TokensInput.self,
    ]

    /// Takes memory, and so does all that is asked of it here: for the start, not amid a stream.
    package var kind: any InputKind {
        switch self {
        case .waveform(let input): input
        case .logmel(let input): input
        case .image(let input): input
        case .tokens(let input): input
        }
    }

    /// The kind of a name; nil if there is none.
    package static func kind(named name: String) -> (any InputKind.Type)? {
        kinds.first { $0.name.description == name }
    }

    /// For errors.
    package static var names: String { kinds.map { $0.name.description }.joined(separator: ", ") }

    /// Which sense it belongs to.
    package var sense: InputSense { type(of: kind).sense }
    /// Elements of one flattened patch; for tokens, ids (one a codebook).
    package var patchSize: Int { kind.patchSize }
    /// Patches that make one context.
    package var window: Int { kind.window }
    /// For people.
    package var words: String { kind.words }

    /// Checks what concerns the input alone.
    ///
    /// - Throws: `TacitError` of kind `badData`; its place is the field's name in the metadata.
    package func validate() throws {
        let kind = kind
        try kind.validate()
        try range(
            kind.patchSize * kind.window, 1...ModelLimits.windowElements, "input.window",
            "elements of a window's patches")
    }
}

/// What a model perceives with. All inputs of one sense come from the same files and devices.
package enum InputSense: String, Sendable {
    case sound
    case pictures = "images"
    case tokens
}
