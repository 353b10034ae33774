extension Unicode.Scalar {
    /// Whether it is a control character (Unicode's category Cc: C0, DEL and C1).
    package var isControl: Bool { value < 0x20 || (0x7f...0x9f).contains(value) }

    /// Whether it would break the line it stands in, or show its letters in another order than they have: besides
    /// control characters the separators of lines and paragraphs, and what sets a direction (Unicode Annex 9,
    /// embeddings, overrides and isolates).
    package var spoilsLine: Bool {
        isControl || (0x2028...0x202e).contains(value) || (0x2066...0x2069).contains(value)
    }
}
