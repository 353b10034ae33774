import TacitLabelling

/// The labels of a stream by their places in its scores, and the names that its events carry. While a stream lasts a place
/// belongs to one label: those that come stand behind all others, and those that go leave theirs empty.
package struct StreamLabels: Equatable, Sendable {
    /// `[labels]`
    package package(set) var names: [String]
    /// The first that was learned; as many as there are names where none was.
    package var learnedFrom: Int
    /// `[labels]`, that events are decided by.
    package var thresholds: [Float]
    /// Of those (places) that have delays of their own.
    package var delays: [Int: EventDetector.Delays] = [:]
    /// The places of those that may be shown and make events, rising.
    package var selected: [Int]
    /// The places of those that are no more, rising.
    package var forgotten: [Int] = []
    /// Names that events carry instead of their labels'.
    package var groups: [String]
    /// Of labels whose events carry one (places), the place of theirs among `groups`.
    package var groupOf: [Int: Int]
    /// Where groups stand among `eventNames`: behind the labels that there were at the start.
    private let firstGroup: Int

    /// - Parameters:
    ///   - names: of the labels that there are at the start.
    ///   - learnedFrom: the first that was learned.
    ///   - thresholds: `[labels]`.
    ///   - selected: the places of those that may be shown and make events.
    ///   - groups: names that events carry instead of their labels'.
    ///   - groupOf: of labels whose events carry one (places), the place of theirs among `groups`.
    package init(
        names: [String], learnedFrom: Int, thresholds: [Float], selected: [Int], groups: [String] = [],
        groupOf: [Int: Int] = [:]
    ) {
        self.names = names
        self.learnedFrom = learnedFrom
        self.thresholds = thresholds
        self.selected = selected
        self.groups = groups
        self.groupOf = groupOf
        firstGroup = names.count
    }

    /// What events may be about: the labels that there were at the start, groups, labels that came. An event's label is a
    /// place among these.
    package var eventNames: [String] {
        groups.isEmpty ? names : Array(names[..<firstGroup]) + groups + Array(names[firstGroup...])
    }

    /// The place of a label's own events among `eventNames`.
    package func eventPlace(of label: Int) -> Int { label < firstGroup ? label : label + groups.count }

    /// The place among `eventNames` that says whether a label is on: its group's, or its own.
    package func toldPlace(of label: Int) -> Int { groupOf[label].map { firstGroup + $0 } ?? eventPlace(of: label) }

    /// The name that a label's events carry instead of its own; nil for its own.
    package func group(of label: Int) -> String? { groupOf[label].map { groups[$0] } }

    /// Of `eventNames` (places), what makes events under its own name.
    package var eventful: [Int] {
        selected.filter { groupOf[$0] == nil }.map(eventPlace) + groups.indices.map { firstGroup + $0 }
    }

    /// Of `eventNames` (places), the labels that are no more.
    package var forgottenEvents: [Int] { forgotten.map(eventPlace) }

    /// Whether an event is of a label that was learned.
    package func isLearned(event place: Int) -> Bool { place >= learnedFrom && !isGroup(event: place) }

    /// Whether an event is of a group.
    package func isGroup(event place: Int) -> Bool { (firstGroup..<firstGroup + groups.count).contains(place) }
}
