import TacitFrontEnd
import TacitLabelling
import TacitModelFile
import Testing

/// Stands in for a session: remembers what each context was given, and reads it out. It holds the labeller to what a
/// real session asks for.
final class StandInModel: PatchModel {
    private let plan: WindowPlan
    private let patchSize: Int
    /// The first sample of each patch since the context's reset; nil before one.
    private var contexts: [[Float]?]
    /// Pushes, each with how many patches and contexts.
    private(set) var pushes: [(count: Int, contexts: Int)] = []

    init(_ plan: WindowPlan, patchSize: Int) {
        self.plan = plan
        self.patchSize = patchSize
        contexts = Array(repeating: nil, count: plan.contexts)
    }

    var canLookBack: Bool { plan.context == .sliding }
    var patchesLeftOut = 0 {
        didSet { #expect(canLookBack && (0..<plan.chunk).contains(patchesLeftOut) || patchesLeftOut == 0) }
    }

    private func seen(_ context: Int) -> ArraySlice<Float> {
        contexts[context]?.dropLast(patchesLeftOut).suffix(plan.window) ?? []
    }

    func reset(context: Int) { contexts[context] = [] }

    func push(patches: UnsafePointer<Float>, count: Int, contexts named: UnsafeBufferPointer<Int>) {
        pushes.append((count, named.count))
        #expect(count > 0 && count <= plan.chunk)
        #expect(!named.isEmpty && Set(named).count == named.count)
        for context in named {
            let before = contexts[context]?.count ?? .max
            #expect(before < .max, "pushed without a reset")
            if plan.attention == .full { #expect(before == 0 && count == plan.window) }
            if plan.context == .restart { #expect(before + count <= plan.window) }
            contexts[context]?.append(contentsOf: (0..<count).map { patches[$0 * patchSize] })
        }
    }

    /// How many patches count, then the first sample of each.
    func readEmbedding(context: Int, into embedding: UnsafeMutableBufferPointer<Float>) {
        let seen = seen(context)
        embedding.update(repeating: 0)
        embedding[0] = Float(seen.count)
        for (index, value) in seen.enumerated() { embedding[1 + index] = value }
    }

    func readLogits(context: Int, into logits: UnsafeMutableBufferPointer<Float>) {
        logits[0] = seen(context).first ?? .nan
        logits[1] = seen(context).last ?? .nan
    }

    func applyScores(_ logits: UnsafeBufferPointer<Float>, into scores: UnsafeMutableBufferPointer<Float>) {
        for index in 0..<logits.count { scores[index] = -logits[index] }
    }
}

/// A reading, kept.
struct KeptReading: Equatable {
    var start: Int
    var end: Int
    var embedding: [Float]

    init(start: Int, end: Int, embedding: [Float]) {
        self.start = start
        self.end = end
        self.embedding = embedding
    }

    init(_ reading: Reading) {
        #expect(reading.inferenceSeconds >= 0)
        #expect(reading.logits.first == reading.embedding[1])
        #expect(reading.scores.first == -reading.embedding[1])
        start = reading.start
        end = reading.end
        embedding = Array(reading.embedding)
    }
}

func describe(
    _ input: InputDescription, context: ModelDescription.Context = .restart,
    attention: ModelDescription.Attention = .causal
) -> ModelDescription {
    ModelDescription(
        trunk: TrunkDescription(
            family: .llama, width: input.window + 1, layers: 1, heads: 1, keyValueHeads: 1, headWidth: 2,
            feedForwardWidth: 1, isGated: true, norm: .rms, normEpsilon: 1e-5, activation: .silu, positions: .rotary,
            rotaryWidth: 2),
        input: input, attention: attention, context: context, pool: .last, task: .multilabel, labels: ["a", "b"],
        thresholds: [0.5, 0.5], patchHiddenWidth: 0, hasHeadNorm: false)
}
