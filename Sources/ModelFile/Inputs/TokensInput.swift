/// Discrete codes, one id a codebook for each patch, whose embeddings are summed.
package struct TokensInput: Equatable, Sendable {
    /// Ids run from 0 to `vocabulary - 1`, in every codebook.
    package var vocabulary: Int
    package var codebooks: Int
    /// Patches in a context; fewer are simply a shorter context.
    package var window: Int

    package init(vocabulary: Int, codebooks: Int, window: Int) {
        self.vocabulary = vocabulary
        self.codebooks = codebooks
        self.window = window
    }
}

extension TokensInput: InputKind {
    package static let name: StaticString = "tokens"
    package static let sense = InputSense.tokens
    package static var blank: TokensInput {
        TokensInput(vocabulary: 0, codebooks: 0, window: 0)
    }

    package mutating func visit<Failure: Error, Visitor: InputVisitor>(_ visitor: inout Visitor) throws(Failure)
    where Visitor.Failure == Failure {
        try visitor.size("vocabulary", &vocabulary)
        try visitor.size("codebooks", &codebooks)
        try visitor.size("window", &window)
    }

    package var patchSize: Int { codebooks }
    package var input: InputDescription { .tokens(self) }

    package var words: String {
        "tokens of a vocabulary of \(vocabulary), \(codebooks) a patch, window \(window)"
    }

    package func validate() throws {
        try range(vocabulary, 1...ModelLimits.vocabulary, "input.vocabulary")
        try range(codebooks, 1...ModelLimits.codebooks, "input.codebooks")
        try range(window, 1...ModelLimits.window, "input.window")
    }
}
