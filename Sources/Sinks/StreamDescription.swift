import TacitConsole
import TacitDiagnostics
import TacitLabelling
import TacitLive
import TacitText

/// What a sink is told about the stream before the first label.
package struct StreamDescription: Sendable {
    package enum Sense: Sendable {
        /// Windows of so many seconds, every so many seconds.
        case sound(window: Double, hop: Double)
        case pictures

        /// Seconds without anything from the source after which the stream counts as dead. Sound comes all the time; a camera
        /// may take seconds for a picture in the dark, and again until the first after it was plugged in.
        var longestSilence: Double {
            switch self {
            case .sound: 10
            case .pictures: 30
            }
        }
    }

    /// For people: the model's name, and the input's.
    package var model: String
    package var input: String
    /// The name that the input was given, that events carry.
    package var source: String?
    /// Its name in MQTT topics, with a number behind it where another input has it; nil for one made of `source` or
    /// `input`.
    package var device: String?
    package var sense: Sense
    /// Samples a second of what the sink is told, where it is sound.
    package var sampleRate = 0
    /// Its labels, and the names that events carry.
    package var streamLabels: StreamLabels
    /// How many labels a reading shows; 0 is all.
    package var top: Int
    /// Labels that score less are left out of a reading; nil leaves none out.
    package var showFrom: Float?
    /// Whether readings carry all logits.
    package var hasLogits: Bool
    /// Whether labels may come and go.
    package var hasChangingLabels = false
    /// Whether standard output gets JSON Lines.
    package var isJSON: Bool
    /// Whether it is a device, which has a time of day.
    package var isDevice: Bool
    /// Now by the clock that its events are told by; nil as long as that is not known. For any thread.
    package var now: @Sendable () -> WallTime? = { .now() }
    /// Whether it passes as fast as it can be labelled, not as time does.
    package var runsFree: Bool
    /// Whether the stream waits for slow readers, as a file can; a device goes on by itself and can't.
    package var waitsForReaders: Bool
    /// Whether no other sink is told as well.
    package var hasOneSink = true
    /// Ends the stream in order; once it is stopped, no reader is waited for without an end.
    package var stop = Process.stop
    /// Whether this program has other streams, which may be told in the same places.
    package var isOneOfMany = false
    /// Learns from what people say of events; nil where labels are learned from nobody.
    package var teacher: (any ClipTeaching)?
    /// Takes what people say; nil where nobody is listened to.
    var corrections: Corrections?
    /// Seconds that a clip goes on behind its event; 0 where none are kept, and for pictures.
    var secondsAfter = 0.0
    /// Seconds that a clip is long at most; 0 where none are kept, and for pictures.
    var secondsLongest = 0.0

    package init(
        model: String, input: String, source: String? = nil, sense: Sense, sampleRate: Int = 0,
        labels: [String], learnedFrom: Int? = nil, thresholds: [Float], selected: [Int], top: Int,
        showFrom: Float?, hasLogits: Bool, isJSON: Bool, isDevice: Bool, runsFree: Bool, waitsForReaders: Bool
    ) {
        self.model = model
        self.input = input
        self.source = source
        self.sense = sense
        self.sampleRate = sampleRate
        streamLabels = StreamLabels(
            names: labels, learnedFrom: learnedFrom ?? labels.count, thresholds: thresholds, selected: selected)
        self.top = top
        self.showFrom = showFrom
        self.hasLogits = hasLogits
        self.isJSON = isJSON
        self.isDevice = isDevice
        self.runsFree = runsFree
        self.waitsForReaders = waitsForReaders
    }

    /// The model's, in its order, and those that came.
    package var labels: [String] { streamLabels.names }
    /// The first of those among them that were learned; as many as there are labels without any.
    package var learnedFrom: Int { streamLabels.learnedFrom }
    /// `[labels]`, that events are decided by.
    package var thresholds: [Float] { streamLabels.thresholds }
    /// The labels (indices) that may be shown and make events.
    package var selected: [Int] { streamLabels.selected }
    /// What events may be about; an event's label is a place among these.
    package var eventNames: [String] { streamLabels.eventNames }
    /// Of these (indices), what makes events under its own name.
    package var eventful: [Int] { streamLabels.eventful }

    /// The same stream after labels came or went.
    package func relabelled(_ labels: StreamLabels) -> StreamDescription {
        var stream = self
        stream.streamLabels = labels
        return stream
    }

    /// Bytes of the longest line, with some room for labels that come.
    var lineBound: Int { LineLength.bound(labels: eventNames) + (hasChangingLabels ? 1 << 14 : 0) }

    /// For lines: the best labels of a reading.
    var ranking: Ranking { Ranking(top: top, threshold: showFrom, labels: labels.count, among: selected) }
}
