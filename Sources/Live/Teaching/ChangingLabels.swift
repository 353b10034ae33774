import TacitLearning

/// The labels of a stream, of which some come and go as they are taught and forgotten.
package struct ChangingLabels {
    private let planes: TaughtPlanes
    private let takesNew: Bool
    private let threshold: (String) -> Float
    /// Changes of the planes that are in `labels`.
    private var seen = 0
    /// The places of labels that are wanted whenever they are there.
    private var wanted: Set<Int>
    /// As they are now.
    package private(set) var labels: StreamLabels

    /// - Parameters:
    ///   - planes: of the model that the stream runs.
    ///   - labels: with which the stream begins.
    ///   - threshold: of labels that come, by name.
    ///   - takesNew: whether labels that come may be shown and make events.
    package init(_ planes: TaughtPlanes, _ labels: StreamLabels, threshold: @escaping (String) -> Float, takesNew: Bool) {
        self.planes = planes
        self.labels = labels
        self.threshold = threshold
        self.takesNew = takesNew
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
            labels.names.append(places.names[place])
            labels.thresholds.append(threshold(places.names[place]))
            if takesNew { wanted.insert(own + place) }
        }
        labels.forgotten = places.isTaught.indices.filter { !places.isTaught[$0] }.map { own + $0 }
        labels.selected = wanted.subtracting(labels.forgotten).sorted()
        return labels
    }
}
