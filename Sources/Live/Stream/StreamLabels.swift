/// The labels of a stream by their places in its scores. While a stream lasts a place belongs to one label: those that come
/// stand behind all others, and those that go leave theirs empty.
public struct StreamLabels: Equatable, Sendable {
    /// `[labels]`
    public package(set) var names: [String]
    /// The first that was learned; as many as there are names where none was.
    package var learnedFrom: Int
    /// `[labels]`, that events are decided by.
    package var thresholds: [Float]
    /// The places of those that may be shown and make events, rising.
    package var selected: [Int]
    /// The places of those that are no more, rising.
    package var forgotten: [Int] = []

    package init(
        names: [String], learnedFrom: Int, thresholds: [Float], selected: [Int], forgotten: [Int] = []
    ) {
        self.names = names
        self.learnedFrom = learnedFrom
        self.thresholds = thresholds
        self.selected = selected
        self.forgotten = forgotten
    }
}
