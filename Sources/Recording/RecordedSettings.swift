import TacitDiagnostics
import TacitLabelling
import TacitMedia
import TacitModelFile

/// All that a stream's lines depend on beside what its source gave: the model, and what was asked of it.
package struct RecordedSettings: Equatable, Sendable {
    /// What the stream was of.
    package enum Sense: Equatable, Sendable {
        /// At so many samples a second, with a reading every so many seconds, above a level in decibels of full scale, if
        /// there is a gate.
        case sound(sampleRate: Int, hop: Double, gate: Double?)
        /// With so many microseconds from one reading to the next, at least.
        case pictures(ticksPerReading: Int)
    }

    package var sense: Sense
    package var isSound: Bool { if case .sound = sense { true } else { false } }
    /// The model file's name, without its folder, and what tells the model from any other.
    package var modelName: String
    package var modelDigest: String
    /// The file of learned labels, without examples' clips; empty where there was none.
    package var learned: [UInt8] = []
    /// For people: what was heard or seen.
    package var input: String
    /// The name that the input was given, that events carry.
    package var source: String?
    /// One a label, that events are decided by.
    package var thresholds: [Float]
    /// The labels (indices) that may be shown and make events.
    package var selected: [Int]
    package var events: EventSettings
    /// Of how many labels, from the first on, scores are averaged; nil for all.
    package var averagedLabels: Int?
    /// As `--top` and `--threshold` have them.
    package var top: Int
    package var showFrom: Float?
    /// Whether readings carry all logits.
    package var hasLogits: Bool
    /// Whether labels were waited for.
    package var isLive: Bool

    package init(
        sense: Sense, modelName: String, modelDigest: String, learned: [UInt8] = [], input: String, source: String?,
        thresholds: [Float], selected: [Int], events: EventSettings, averagedLabels: Int? = nil, top: Int,
        showFrom: Float?, hasLogits: Bool, isLive: Bool
    ) {
        self.sense = sense
        self.modelName = modelName
        self.modelDigest = modelDigest
        self.learned = learned
        self.input = input
        self.source = source
        self.thresholds = thresholds
        self.selected = selected
        self.events = events
        self.averagedLabels = averagedLabels
        self.top = top
        self.showFrom = showFrom
        self.hasLogits = hasLogits
        self.isLive = isLive
    }
}

// MARK: As bytes

extension RecordedSettings {
    private enum Limits {
        static let labels = 1 << 20
        static let text = 1 << 16
        static let learned = 64 << 20
    }

    /// - Throws: `TacitError` (bad data) for what is larger than a recording takes.
    func bytes() throws -> [UInt8] {
        guard learned.count <= Limits.learned, thresholds.count <= Limits.labels else {
            throw TacitError(.badData, "the learned labels are too large to be kept in a recording")
        }
        var bytes: [UInt8] = []
        func put<Number: BitwiseCopyable>(_ number: Number) { withUnsafeBytes(of: number) { bytes += $0 } }
        func put(text: String) {
            put(UInt64(min(text.utf8.count, Limits.text)))
            bytes += text.utf8.prefix(Limits.text)
        }
        switch sense {
        case .sound(let sampleRate, let hop, let gate):
            put(UInt32(0))
            put(Int64(sampleRate))
            put(hop)
            put(UInt32(gate == nil ? 0 : 1))
            put(gate ?? 0)
        case .pictures(let ticks):
            put(UInt32(1))
            put(Int64(ticks))
        }
        put(text: modelName)
        put(text: modelDigest)
        put(text: input)
        put(UInt32(source == nil ? 0 : 1))
        put(text: source ?? "")
        put(UInt64(thresholds.count))
        for threshold in thresholds { put(threshold) }
        put(UInt64(selected.count))
        for label in selected { put(UInt32(label)) }
        for seconds in [events.smooth, events.onAfter, events.offAfter, events.offBelow] { put(seconds) }
        put(UInt64(min(top, Int(Int32.max))))
        put(UInt32(showFrom == nil ? 0 : 1))
        put(showFrom ?? 0)
        put(UInt32(hasLogits ? 1 : 0))
        put(UInt32(isLive ? 1 : 0))
        put(UInt64(learned.count))
        bytes += learned
        // Left out where it changes nothing, so that an earlier program can read the recording.
        if let averagedLabels, averagedLabels < thresholds.count { put(UInt64(averagedLabels)) }
        return bytes
    }

    /// - Throws: `TacitError` (bad data), without a file's name, for anything that is not whole and sensible.
    init(_ payload: UnsafeRawBufferPointer) throws {
        var cursor = ByteCursor(payload)
        sense = try Sense(&cursor)
        modelName = try cursor.string("model", atMost: Limits.text)
        modelDigest = try cursor.string("model's digest", atMost: 64)
        input = try cursor.string("input", atMost: Limits.text)
        let hasSource = try cursor.flag("source")
        let source = try cursor.string("source", atMost: Limits.text)
        self.source = hasSource ? source : nil
        let labels = try cursor.count("labels", atMost: min(Limits.labels, cursor.remaining / 4))
        thresholds = try (0..<labels).map { _ in try cursor.number(Float.self, "threshold") }
        selected = try Self.selected(&cursor, among: labels)
        events = EventSettings(
            smooth: try cursor.number(Double.self, "smoothing"),
            onAfter: try cursor.number(Double.self, "wait before on"),
            offAfter: try cursor.number(Double.self, "wait before off"),
            offBelow: try cursor.number(Double.self, "level of off"))
        if let fault = events.fault { throw TacitError(.badData, place: fault.field, fault.reason) }
        top = try cursor.count("top", atMost: Int(Int32.max))
        let hasThreshold = try cursor.flag("threshold")
        let threshold = try cursor.number(Float.self, "threshold")
        showFrom = hasThreshold ? threshold : nil
        hasLogits = try cursor.flag("logits")
        isLive = try cursor.flag("live")
        let learnedCount = try cursor.count("learned labels", atMost: Limits.learned)
        let start = cursor.offset
        // No further than there are bytes behind the count.
        try cursor.skip(learnedCount, "learned labels")
        learned = Array(payload[start..<cursor.offset])
        // Most recordings end here.
        averagedLabels = cursor.remaining == 0 ? nil : try cursor.count("labels that are averaged", atMost: labels)
        guard cursor.remaining == 0 else {
            throw TacitError(.badData, place: "settings", "\(cursor.remaining) bytes more than there should be")
        }
    }

    private static func selected(_ cursor: inout ByteCursor, among labels: Int) throws -> [Int] {
        let count = try cursor.count("labels selected", atMost: labels)
        let selected = try (0..<count).map { _ in
            let label = Int(try cursor.number(UInt32.self, "label selected"))
            guard label < labels else {
                throw TacitError(.badData, place: "label selected", "is \(label) of \(labels)")
            }
            return label
        }
        guard Set(selected).count == count else { throw TacitError(.badData, place: "label selected", "occurs twice") }
        return selected
    }
}

extension RecordedSettings.Sense {
    fileprivate init(_ cursor: inout ByteCursor) throws {
        switch try cursor.number(UInt32.self, "sense") {
        case 0:
            let rate = try cursor.integer(
                "sample rate", Int64(SoundSources.rates.lowerBound)...Int64(SoundSources.rates.upperBound))
            let hop = try cursor.number("hop", 1e-9...WindowPlan.longestHop)
            let hasGate = try cursor.flag("gate")
            let gate = try cursor.number("gate", -1000...1000)
            self = .sound(sampleRate: rate, hop: hop, gate: hasGate ? gate : nil)
        case 1: self = .pictures(ticksPerReading: try cursor.integer("ticks of a reading", 1...(1 << 40)))
        case let other: throw TacitError(.badData, place: "sense", "is \(other), expected 0 or 1")
        }
    }
}

extension ByteCursor {
    fileprivate mutating func flag(_ what: String) throws -> Bool {
        let value = try number(UInt32.self, what)
        guard value <= 1 else { throw TacitError(.badData, place: what, "is \(value), expected 0 or 1") }
        return value == 1
    }

    fileprivate mutating func number(_ what: String, _ range: ClosedRange<Double>) throws -> Double {
        let value = try number(Double.self, what)
        guard range.contains(value) else {
            throw TacitError(
                .badData, place: what, "is \(value), expected \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    fileprivate mutating func integer(_ what: String, _ range: ClosedRange<Int64>) throws -> Int {
        let value = try number(Int64.self, what)
        guard range.contains(value) else {
            throw TacitError(
                .badData, place: what, "is \(value), expected \(range.lowerBound) to \(range.upperBound)")
        }
        return Int(value)
    }
}
