import TacitDiagnostics
import TacitEngine
import TacitModelFile

/// Turns a file's tokens into readings, counted in patches instead of samples.
///
/// Windows follow one another; one more ends at the last patch if some remain. What is shorter than a window is simply
/// a shorter context. `sliding`: one context for all, read after every `window` patches and at the end.
package final class TokenLabeller {
    private let session: Session
    package let input: TokensInput
    private let context: ModelDescription.Context
    private let readOut: ReadOut

    /// - Parameter session: with one context.
    /// - Throws: `TacitError` (bad data) for a model that does not take tokens.
    package init(session: Session) throws {
        let description = session.model.description
        guard case .tokens(let input) = description.input else {
            throw TacitError(.badData, place: "input", "the model does not take tokens")
        }
        self.session = session
        self.input = input
        context = description.context
        readOut = ReadOut(description)
    }

    /// - Parameters:
    ///   - tokens: `[patches][codebooks]`, ids within the vocabulary.
    ///   - body: given each reading, valid during the call.
    /// - Throws: `TacitError` for an id outside the vocabulary, and what `body` throws.
    package func label(_ tokens: [Int32], _ body: (Reading) throws -> Void) throws {
        let patches = tokens.count / input.codebooks
        var end = 0
        while end < patches {
            let next = min(end + input.window, patches)
            let begun = Stopwatch.now
            if context == .restart || end == 0 { session.reset(context: 0) }
            let start = context == .restart ? max(0, next - input.window) : end
            try tokens.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                try session.push(tokens: base + start * input.codebooks, count: next - start, context: 0)
            }
            end = next
            readOut.read(session, context: 0)
            try body(
                readOut.reading(
                    start: max(0, end - input.window), end: end, sampleRate: 1,
                    inferenceSeconds: Stopwatch.now - begun))
        }
    }
}
