import TacitLabelling
import TacitLearning
import TacitText

/// The labels of a stream, of which some come and go as they are taught and forgotten.
package struct ChangingLabels {
    /// How events of a label are decided, and what becomes of them.
    package struct Terms {
        let threshold: Float
        let delays: EventDetector.Delays
        let group: String?
        let quiet: TimesOfDay

        /// - Parameters:
        ///   - threshold: of its score.
        ///   - delays: that it has of its own.
        ///   - group: the name that its events carry, where that is one of the stream's groups; nil for its own.
        ///   - quiet: when nothing is said of it, whatever the reason.
        package init(
            threshold: Float, delays: EventDetector.Delays = EventDetector.Delays(), group: String? = nil,
            quiet: TimesOfDay = TimesOfDay([])
        ) {
            self.threshold = threshold
            self.delays = delays
            self.group = group
            self.quiet = quiet
        }
    }

    private let planes: TaughtPlanes
    private let takes: ([String]) -> [Int]
    private let terms: (String) -> Terms
    /// Ends with the stream.
    private let watch: AnyObject?
    /// Changes of the planes that are in `labels`.
    private var seen = 0
    /// The places of labels that are wanted whenever they are there.
    private var wanted: Set<Int>
    /// How many labels there were at the start.
    private let first: Int
    /// Of the labels that came, in the order of their places.
    private var came: [Terms] = []
    /// As they are now.
    package private(set) var labels: StreamLabels

    /// - Parameters:
    ///   - planes: of the model that the stream runs.
    ///   - labels: with which the stream begins.
    ///   - terms: of labels that come, by name.
    ///   - takes: which of so many labels, by their names, may be shown and make events; asked where some came.
    ///   - watch: who looks for changes; kept for as long as the stream.
    package init(
        _ planes: TaughtPlanes, _ labels: StreamLabels, new terms: @escaping (String) -> Terms,
        takes: @escaping ([String]) -> [Int], watch: AnyObject? = nil
    ) {
        self.planes = planes
        self.labels = labels
        self.terms = terms
        self.takes = takes
        self.watch = watch
        wanted = Set(labels.selected)
        first = labels.names.count
    }

    /// What the labels are now, if others than before. Allocates nothing where they are the same.
    mutating func change() -> StreamLabels? {
        let count = planes.changeCount
        guard count != seen else { return nil }
        seen = count
        let places = planes.places
        let own = labels.learnedFrom
        let before = labels.names.count
        for place in places.names.indices where own + place >= before {
            let name = places.names[place]
            let terms = terms(name)
            labels.names.append(name)
            labels.thresholds.append(terms.threshold)
            labels.delays[own + place] = terms.delays
            came.append(terms)
            if let group = group(of: terms) { labels.groupOf[own + place] = group }
        }
        if labels.names.count > before { wanted.formUnion(takes(labels.names).filter { $0 >= before }) }
        // Nor is there a label with the name of a group: nobody could tell the two apart.
        labels.forgotten = places.names.indices.filter {
            !places.isTaught[$0] || labels.groups.contains(places.names[$0])
        }.map { own + $0 }
        labels.selected = wanted.subtracting(labels.forgotten).sorted()
        return labels
    }

    /// What becomes of the events of a label that came, by its place.
    func rule(of label: Int) -> EventRules.Rule {
        guard came.indices.contains(label - first) else { return EventRules.Rule() }
        let terms = came[label - first]
        return EventRules.Rule(group: group(of: terms), quiet: terms.quiet)
    }

    private func group(of terms: Terms) -> Int? { terms.group.flatMap { labels.groups.firstIndex(of: $0) } }
}
