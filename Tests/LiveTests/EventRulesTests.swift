import TacitLabelling
import TacitLive
import TacitText
import Testing

/// Groups and quiet hours. Readings are a second apart; the clock is the test's.
@Suite struct EventRulesTests {
    /// What a stream of two or three labels would tell.
    private final class Told {
        var second = 12 * 3600
        private let rules: (Told) -> EventRules
        private lazy var made = rules(self)
        private var time = 0
        private(set) var words: [String] = []

        init(_ rules: @escaping (Told) -> EventRules) { self.rules = rules }

        /// A reading with these scores, and what the detector decides by it.
        func take(_ scores: [Float], _ events: [(DetectedEvent.State, Int)] = []) {
            time += 1
            var decided = events.map {
                DetectedEvent(state: $0.0, label: $0.1, sample: time, time: Double(time), score: scores[$0.1])
            }
            scores.withUnsafeBufferPointer {
                made.take(&decided, scores: $0, sample: time, time: Double(time))
            }
            note(decided)
        }

        func finish(_ on: [(Int, Float)]) {
            time += 1
            var decided = on.map {
                DetectedEvent(state: .off, label: $0.0, sample: time, time: Double(time), score: $0.1)
            }
            made.finish(&decided)
            note(decided)
        }

        func relabel(_ count: Int, _ rule: (Int) -> EventRules.Rule = { _ in EventRules.Rule() }) {
            made.relabel(labels: count, new: rule)
        }

        private func note(_ events: [DetectedEvent]) {
            for event in events { words.append("\(event.state) \(event.label) at \(Int(event.time)) \(event.score)") }
        }
    }

    private static let never = TimesOfDay([])

    @Test func aGroupIsOnWhileAnyOfItsLabelsIs() {
        let told = Told { _ in EventRules(labels: 3, groups: [[0, 2]], quiet: [Self.never, Self.never, Self.never]) }
        told.take([0.5, 0, 0], [(.on, 0)])
        told.take([0.5, 0.75, 0.625], [(.on, 1), (.on, 2)])
        told.take([0.125, 0.75, 0.625], [(.off, 0)])
        told.take([0.125, 0, 0.25], [(.off, 1), (.off, 2)])
        told.take([0.125, 0, 0.75], [(.on, 2)])
        told.finish([(2, 0.75)])
        #expect(
            told.words == [
                "on 3 at 1 0.5", "on 1 at 2 0.75", "off 1 at 4 0.0", "off 3 at 4 0.25", "on 3 at 5 0.75",
                "off 3 at 6 0.75",
            ])
    }

    /// Labels that come stand behind the groups, so that no name moves; one that goes takes its group along if it was
    /// the last.
    @Test func labelsComeAndGo() {
        let told = Told { _ in EventRules(labels: 2, groups: [[0]], quiet: [Self.never, Self.never]) }
        told.take([0.5, 0.75], [(.on, 0), (.on, 1)])
        told.relabel(4)
        told.take([0.5, 0.75, 0.875, 0.625], [(.on, 2), (.on, 3)])
        told.relabel(4)
        told.take([0.25, 0.75, 0.25, 0.625], [(.off, 0), (.off, 2)])
        told.finish([(1, 0.75), (3, 0.625)])
        #expect(
            told.words == [
                "on 1 at 1 0.75", "on 2 at 1 0.5", "on 3 at 2 0.875", "on 4 at 2 0.625", "off 2 at 3 0.25",
                "off 3 at 3 0.25",
                "off 1 at 4 0.75", "off 4 at 4 0.625",
            ])
    }

    /// A label that comes joins a group that may have had none, and is quiet when it is to be.
    @Test func labelsComeWithRulesOfTheirOwn() throws {
        let night = try #require(TimesOfDay("22:00-06:00"))
        let told = Told { told in
            EventRules(labels: 1, groups: [[], [0]], quiet: [Self.never]) { told.second }
        }
        told.take([0.5], [(.on, 0)])
        told.relabel(4) { label in
            [1: EventRules.Rule(group: 0), 2: EventRules.Rule(group: 1), 3: EventRules.Rule(quiet: night)][label]
                ?? EventRules.Rule()
        }
        told.second = 22 * 3600
        told.take([0.5, 0.75, 0.625, 0.875], [(.on, 1), (.on, 2), (.on, 3)])
        told.second = 6 * 3600
        told.take([0.25, 0.75, 0.625, 0.875], [(.off, 0)])
        told.finish([(1, 0.75), (2, 0.625), (3, 0.875)])
        #expect(
            told.words == [
                "on 2 at 1 0.5", "on 1 at 2 0.75", "on 5 at 3 0.875", "off 1 at 4 0.75", "off 2 at 4 0.625",
                "off 5 at 4 0.875",
            ])
    }

    /// What events are about has the same order.
    @Test func namesOfEvents() {
        var labels = StreamLabels(
            names: ["dog", "bell"], learnedFrom: 1, thresholds: [0.5, 0.5], selected: [0, 1], groups: ["animals"],
            groupOf: [0: 0])
        #expect(labels.eventNames == ["dog", "bell", "animals"] && labels.eventful == [1, 2])
        #expect((0..<3).map(labels.isLearned) == [false, true, false])
        #expect((0..<2).map(labels.toldPlace) == [2, 1])
        #expect((0..<2).map(labels.group) == ["animals", nil])
        labels.names += ["horn", "gong"]
        labels.selected = [0, 2, 3]
        labels.forgotten = [1]
        #expect(labels.eventNames == ["dog", "bell", "animals", "horn", "gong"])
        #expect((0..<4).map(labels.eventPlace) == [0, 1, 3, 4])
        #expect((0..<4).map(labels.toldPlace) == [2, 1, 3, 4])
        #expect(labels.eventful == [3, 4, 2] && labels.forgottenEvents == [1])
        #expect((0..<5).map(labels.isLearned) == [false, true, false, true, true])
    }

    @Test func withoutAnythingToDoEventsStayAsTheyAre() {
        let told = Told { _ in EventRules(labels: 2, groups: [], quiet: [Self.never, Self.never]) }
        told.take([0.5, 0.25], [(.on, 0)])
        told.take([0.25, 0.5], [(.off, 0), (.on, 1)])
        told.finish([(1, 0.5)])
        #expect(told.words == ["on 0 at 1 0.5", "off 0 at 2 0.25", "on 1 at 2 0.5", "off 1 at 3 0.5"])
    }

    @Test func quietHoursEndWhatIsOnAndTellItAgainAfterwards() throws {
        let night = try #require(TimesOfDay("22:00-06:00"))
        let told = Told { told in
            EventRules(labels: 2, groups: [], quiet: [night, Self.never]) { told.second }
        }
        told.take([0.5, 0.5], [(.on, 0), (.on, 1)])
        told.second = 22 * 3600 - 1
        told.take([0.5, 0.5])
        told.second += 1
        told.take([0.625, 0.5])
        // Nothing of it is told while it is quiet, whatever it does, also past midnight.
        told.take([0, 0], [(.off, 0), (.off, 1)])
        told.second = 60
        told.take([0.5, 0.5], [(.on, 0)])
        told.second = 6 * 3600 - 1
        told.take([0.5, 0.5])
        told.second += 1
        told.take([0.75, 0.5])
        told.finish([(0, 0.75)])
        #expect(
            told.words == [
                "on 0 at 1 0.5", "on 1 at 1 0.5", "off 0 at 3 0.625", "off 1 at 4 0.0", "on 0 at 7 0.75",
                "off 0 at 8 0.75",
            ])
    }

    @Test func whatIsOnUnheardAtTheEndIsNeverTold() throws {
        let day = try #require(TimesOfDay("00:00-24:00"))
        let told = Told { told in EventRules(labels: 1, groups: [], quiet: [day]) { told.second } }
        told.take([0.5], [(.on, 0)])
        told.finish([(0, 0.5)])
        #expect(told.words.isEmpty)
    }

    @Test func aGroupIsQuietWhereTheLabelThatIsOnIs() throws {
        let night = try #require(TimesOfDay("22:00-06:00"))
        let told = Told { told in EventRules(labels: 2, groups: [[0, 1]], quiet: [night, Self.never]) { told.second } }
        told.second = 23 * 3600
        told.take([0.5, 0], [(.on, 0)])
        told.take([0.5, 0.25], [(.on, 1)])
        told.take([0.5, 0], [(.off, 1)])
        #expect(told.words == ["on 2 at 2 0.25", "off 2 at 3 0.5"])
    }
}
