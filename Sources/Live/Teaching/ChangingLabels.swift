import TacitLabelling
import TacitLearning

/// The labels of a stream, of which some come and go as they are taught and forgotten.
package struct ChangingLabels {
    /// How events of a label are decided.
    package struct Terms {
        let threshold: Float
        let delays: EventDetector.Delays

        package init(threshold: Float, delays: EventDetector.Delays = EventDetector.Delays()) {
            self.threshold = threshold
            self.delays = delays
        }
    }

    private let planes: TaughtPlanes
    private let takesNew: Bool
    private let terms: (String) -> Terms
    /// Ends with the stream.
    private let watch: AnyObject?
    /// Changes of the planes that are in `labels`.
    private var seen = 0
    /// The places of labels that are wanted whenever they are there.
    private var wanted: Set<Int>
    /// As they are now.
    package private(set) var labels: StreamLabels

    /// - Parameters:
    ///   - planes: of the model that the stream runs.
    ///   - labels: with which the stream begins.
    ///   - terms: of labels that come, by name.
    ///   - takesNew: whether labels that come may be shown and make events.
    ///   - watch: who looks for changes; kept for as long as the stream.
    package init(
        _ planes: TaughtPlanes, _ labels: StreamLabels, new terms: @escaping (String) -> Terms, takesNew: Bool,
        watch: AnyObject? = nil
    ) {
        self.planes = planes
        self.labels = labels
        self.terms = terms
        self.takesNew = takesNew
        self.watch = watch
        wanted = Set(labels.selected)
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
            if takesNew { wanted.insert(own + place) }
        }
        // Nor is there a label with the name of a group: nobody could tell the two apart.
        labels.forgotten = places.names.indices.filter {
            !places.isTaught[$0] || labels.groups.contains(places.names[$0])
        }.map { own + $0 }
        labels.selected = wanted.subtracting(labels.forgotten).sorted()
        return labels
    }
}
