/// Everything about a model but its weights. Converter, file and engine share this one description.
package struct ModelDescription: Equatable, Sendable {
    /// Which patches of a context a patch attends to.
    package enum Attention: String, CaseIterable, Sendable {
        /// Itself and those before it.
        case causal
        /// All of them.
        case full
    }

    /// How contexts follow one another in a stream.
    package enum Context: String, CaseIterable, Sendable {
        /// Each window is a context of its own.
        case restart
        /// One endless context, in which a patch attends to the last `window` patches, itself included.
        case sliding
    }

    /// What the head reads.
    package enum Pool: String, CaseIterable, Sendable {
        /// The trunk's output at the last patch.
        case last
        /// Its mean over the window.
        case mean
    }

    /// How logits become scores.
    package enum Task: String, CaseIterable, Sendable {
        /// One label of many: softmax.
        case multiclass
        /// Each label by itself: sigmoid.
        case multilabel
    }

    package var trunk: TrunkDescription
    package var input: InputDescription
    package var attention: Attention
    package var context: Context
    /// Rows before a sliding context's stream that every patch attends to for good, 0 for none: tensor `sinks`,
    /// `[sinks, width]`. See `TensorName.sinks`.
    package var sinks: Int
    package var pool: Pool
    package var task: Task
    /// In the order of the head's rows. Empty for a bare trunk, which can only embed.
    package var labels: [String]
    /// One a label, 0...1.
    package var thresholds: [Float]
    /// How its scores become events where nobody says otherwise; nil for a model that does not say.
    package var events: EventSettings?
    /// Width of the hidden layer between patch and trunk (`patch.hidden`, GELU by tanh); 0 without one.
    package var patchHiddenWidth: Int
    /// Whether a LayerNorm (eps 1e-5, tensor `head.norm`) stands before the head.
    package var hasHeadNorm: Bool
    /// What labels are learned by; nil where that is the head's input.
    package var learning: LearningHead?

    package init(
        trunk: TrunkDescription, input: InputDescription, attention: Attention, context: Context, sinks: Int = 0,
        pool: Pool, task: Task, labels: [String], thresholds: [Float], events: EventSettings? = nil,
        patchHiddenWidth: Int, hasHeadNorm: Bool, learning: LearningHead? = nil
    ) {
        self.trunk = trunk
        self.input = input
        self.attention = attention
        self.context = context
        self.sinks = sinks
        self.pool = pool
        self.task = task
        self.labels = labels
        self.thresholds = thresholds
        self.events = events
        self.patchHiddenWidth = patchHiddenWidth
        self.hasHeadNorm = hasHeadNorm
        self.learning = learning
    }
}
