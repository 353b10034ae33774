import TacitLabelling
import TacitLive
import TacitSinks
import Testing

/// What is owed to a reader who fell behind.
@Suite struct ArrearsTests {
    private func event(_ state: DetectedEvent.State, _ label: Int, at time: Double) -> LiveEvent {
        LiveEvent(DetectedEvent(state: state, label: label, sample: 0, time: time, score: 0.5))
    }

    /// All that is owed, in the order of telling: `on 1@2`, `overrun 0.5@3`.
    private func told(_ arrears: inout Arrears) -> [String] {
        var words: [String] = []
        while let next = arrears.next {
            switch next {
            case .event(let event): words.append("\(event.state.rawValue) \(event.label)@\(event.time)")
            case .gap(let gap): words.append("\(gap.reason.rawValue) \(gap.lostSeconds)@\(gap.time)")
            }
            arrears.removeNext()
        }
        return words
    }

    @Test func nothingIsOwedAtFirst() {
        let arrears = Arrears(labels: 3)
        #expect(arrears.isEmpty && !arrears.owesNews && arrears.next == nil)
    }

    @Test func anOffCancelsTheOnThatWasNotTold() {
        var arrears = Arrears(labels: 3)
        arrears.owe(event(.on, 1, at: 1))
        arrears.owe(event(.on, 2, at: 1))
        let off = event(.off, 1, at: 2)
        let cancelled = arrears.owe(off)
        #expect(cancelled?.label == 1 && cancelled?.state == .on)
        #expect(told(&arrears) == ["on 2@1.0"])
        #expect(arrears.isEmpty)
    }

    @Test func anOnAfterAnOffThatWasNotToldCancelsItAsWell() {
        var arrears = Arrears(labels: 3)
        arrears.owe(event(.off, 0, at: 1))
        arrears.owe(event(.on, 0, at: 2))
        #expect(told(&arrears).isEmpty)
    }

    @Test func gapsOfOneReasonAreOne() {
        var arrears = Arrears(labels: 1)
        arrears.owe(LiveGap(time: 1, lostSeconds: 0.5, reason: .overrun))
        arrears.owe(LiveGap(time: 2, lostSeconds: 1, reason: .lost))
        arrears.owe(LiveGap(time: 3, lostSeconds: 0.25, reason: .overrun))
        #expect(told(&arrears) == ["lost 1.0@2.0", "overrun 0.75@3.0"])
    }

    @Test func lostLabelsAreOneGapOfTheTimeTheyCover() {
        var arrears = Arrears(labels: 1)
        arrears.told(5)
        arrears.lose(labelsAt: 6)
        arrears.lose(labelsAt: 7.5)
        #expect(!arrears.owesNews)
        #expect(told(&arrears) == ["output 2.5@7.5"])
        #expect(arrears.isEmpty)
    }

    /// Of the same time, labels lost come last: a reading comes before what it decides, but an `on` must not wait.
    @Test func newsIsToldByTime() {
        var arrears = Arrears(labels: 2)
        arrears.lose(labelsAt: 2)
        arrears.owe(event(.on, 0, at: 2))
        arrears.owe(event(.on, 1, at: 3))
        #expect(told(&arrears) == ["on 0@2.0", "output 2.0@2.0", "on 1@3.0"])
    }

    @Test func aGapOfTheSourceIsNotCountedAgainAsLostLabels() {
        var arrears = Arrears(labels: 1)
        arrears.told(1)
        // Ten seconds away.
        arrears.told(11)
        arrears.lose(labelsAt: 12)
        #expect(told(&arrears) == ["output 1.0@12.0"])
    }
}
