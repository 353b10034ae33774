import TacitConsole
import TacitDiagnostics
import TacitLive

/// What a sink is told about the stream before the first label.
package struct StreamDescription: Sendable {
    package enum Sense: Sendable {
        /// Windows of so many seconds, every so many seconds.
        case sound(window: Double, hop: Double)
        case pictures
    }

    /// For people: the model's name, and the input's.
    package var model: String
    package var input: String
    /// The name that the input was given, that events carry.
    package var source: String?
    package var sense: Sense
    /// Samples a second of what the sink is told, where it is sound.
    package var sampleRate = 0
    /// The model's, in its order.
    package var labels: [String]
    /// The first of those among them that were learned; as many as there are labels without any.
    package var learnedFrom: Int
    /// `[labels]`, that events are decided by.
    package var thresholds: [Float]
    /// The labels (indices) that may be shown and make events.
    package var selected: [Int]
    /// How many labels a reading shows; 0 is all.
    package var top: Int
    /// Labels that score less are left out of a reading; nil leaves none out.
    package var showFrom: Float?
    /// Whether readings carry all logits.
    package var hasLogits: Bool
    /// Whether standard output gets JSON Lines.
    package var isJSON: Bool
    /// Whether it is a device, which has a time of day.
    package var isDevice: Bool
    /// Whether it passes as fast as it can be labelled, not as time does.
    package var runsFree: Bool
    /// Whether the stream waits for its readers: what can be read again at any speed does, what goes on by itself can't.
    package var waits: Bool
    /// Whether no other sink is told as well.
    package var hasOneSink = true
    /// Ends the stream in order; once it is stopped, no reader is waited for without an end.
    package var stop = Process.stop
    /// Whether this program has other streams, which may be told in the same places.
    package var isOneOfMany = false
    /// Names that events carry instead of their labels'; they stand behind the labels wherever an event's label is an index.
    package var groups: [String] = []
    /// Labels (indices) whose events carry a group's name.
    package var grouped: Set<Int> = []
    /// Learns from what people say of events; nil where labels are learned from nobody.
    package var teacher: (any ClipTeaching)?
    /// Takes what people say; nil where nobody is listened to.
    var corrections: Corrections?

    package init(
        model: String, input: String, source: String? = nil, sense: Sense, sampleRate: Int = 0,
        labels: [String], learnedFrom: Int? = nil, thresholds: [Float], selected: [Int], top: Int,
        showFrom: Float?, hasLogits: Bool, isJSON: Bool, isDevice: Bool, runsFree: Bool, waits: Bool
    ) {
        self.model = model
        self.input = input
        self.source = source
        self.sense = sense
        self.sampleRate = sampleRate
        self.labels = labels
        self.learnedFrom = learnedFrom ?? labels.count
        self.thresholds = thresholds
        self.selected = selected
        self.top = top
        self.showFrom = showFrom
        self.hasLogits = hasLogits
        self.isJSON = isJSON
        self.isDevice = isDevice
        self.runsFree = runsFree
        self.waits = waits
    }

    /// What events may be about: labels, then groups.
    package var eventNames: [String] { labels + groups }
    /// Of these (indices), what makes events under its own name.
    package var eventful: [Int] { selected.filter { !grouped.contains($0) } + groups.indices.map { labels.count + $0 } }

    /// For lines: the best labels of a reading.
    var ranking: Ranking { Ranking(top: top, threshold: showFrom, labels: labels.count, among: selected) }
}
