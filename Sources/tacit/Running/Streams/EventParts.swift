import TacitDiagnostics
import TacitLabelling
import TacitLive
import TacitSinks
import TacitText

/// What makes events of a model's readings.
struct EventParts {
    private let selection: LabelSelection
    /// `[labels]`
    private let thresholds: [Float]
    let detector: EventDetector
    /// Nil where every event is told as the detector decides it.
    let rules: EventRules?
    /// Names of groups in the order of their first labels, and the labels (indices) that speak under each; behind them
    /// those that only labels can have that are still to be taught.
    private let groups: [(name: String, members: [Int])]
    private let delays: [Int: EventDetector.Delays]

    /// - Parameters:
    ///   - sampleRate: of the readings.
    ///   - hop: samples from one reading to the next.
    /// - Throws: `TacitError` (usage) for labels that there are not and for what could never turn on or off.
    init(_ model: LoadedModel, _ options: some StreamOptions, _ terms: StreamTerms, sampleRate: Int, hop: Int) throws {
        let names = model.description.labels
        do {
            selection = try FollowedLabels.selection(of: names, options, terms)
        } catch var error as TacitError {
            if let file = options.learned.path, !options.events.only.isEmpty {
                error.reason += "; of the learned ones in \(file), one may have been renamed or forgotten"
            }
            throw error
        }
        let own = names.map { name in terms.labels.first { $0.name == name } }
        thresholds = zip(model.description.thresholds, own).map { threshold, own in
            own?.threshold ?? options.labels.threshold ?? threshold
        }
        var delays: [Int: EventDetector.Delays] = [:]
        for (label, own) in own.enumerated() {
            if let own, own.onAfter != nil || own.offAfter != nil {
                delays[label] = EventDetector.Delays(onAfter: own.onAfter, offAfter: own.offAfter)
            }
        }
        detector = try EventDetector(
            thresholds: thresholds, watched: selection.indices,
            settings: options.events.settings(model.description.events), sampleRate: sampleRate, hop: hop,
            names: names, delays: delays, averagedLabels: model.averagedLabels(smooth: options.events.smooth),
            labelsCome: FollowedLabels.labelsCome(options, terms))
        var groups: [(name: String, members: [Int])] = []
        for label in selection.indices {
            guard let group = own[label]?.group else { continue }
            guard !names.contains(group) else {
                throw TacitError(.usage, "group: '\(group)' is a label of the model: a group wants a name of its own")
            }
            if let known = groups.firstIndex(where: { $0.name == group }) {
                groups[known].members.append(label)
            } else {
                groups.append((group, [label]))
            }
        }
        let awaited = FollowedLabels.awaited(beside: names, options, terms)
        for group in awaited.compactMap(\.group) where !names.contains(group) {
            if !groups.contains(where: { $0.name == group }) { groups.append((group, [])) }
        }
        self.groups = groups
        self.delays = delays
        let quiet = own.map { terms.quiet + ($0?.quiet ?? TimesOfDay([])) }
        let isPlain = groups.isEmpty && (quiet + awaited.map(\.quiet)).allSatisfy(\.isEmpty)
        rules =
            isPlain ? nil : EventRules(labels: names.count, groups: groups.map(\.members), quiet: quiet)
    }

    /// What sinks are told of the stream; what differs from sense to sense is said here.
    func description(
        _ model: LoadedModel, _ options: some StreamOptions, _ terms: StreamTerms, input: String,
        sense: StreamDescription.Sense, sampleRate: Int = 0, isDevice: Bool, runsFree: Bool, waitsForReaders: Bool
    ) -> StreamDescription {
        var description = StreamDescription(
            model: SystemPath.shortName(of: model.path), input: input, source: options.naming.name, sense: sense,
            sampleRate: sampleRate, labels: model.description.labels,
            learnedFrom: model.model.description.labels.count, thresholds: thresholds, selected: selection.indices,
            top: options.labels.top, showFrom: options.labels.threshold, hasLogits: options.labels.logits,
            isJSON: options.output.json, isDevice: isDevice, runsFree: runsFree, waitsForReaders: waitsForReaders)
        description.streamLabels.delays = delays
        description.streamLabels.groups = groups.map(\.name)
        for (place, group) in groups.enumerated() {
            for label in group.members { description.streamLabels.groupOf[label] = place }
        }
        terms.describe(&description)
        return description
    }
}
