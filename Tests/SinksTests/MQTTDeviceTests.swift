import TacitDiagnostics
import TacitLive
import TacitSinks
import Testing

/// What an input tells a broker that says and keeps whatever it likes.
@Suite struct MQTTDeviceTests {
    private let shared = Guarded(MQTTShared())
    private let topics = MQTTTopics(prefix: "here", device: "mic", labels: ["dog"])
    private let device: MQTTDevice

    init() {
        let (topics, shared) = (topics, shared)
        device = shared.locked {
            $0.add(topics, News.stream(labels: ["dog"], waits: true), hasDiscovery: true, in: shared)
        }
        device.begin(arrived: 1, 0)
    }

    /// All that is due.
    private func messages(_ now: Double = 0) -> [MQTTMessage] {
        var all: [MQTTMessage] = []
        while let message = device.next(now) { all.append(message) }
        return all
    }

    private func isCleared(_ message: MQTTMessage) -> Bool { message.isRetained && message.payload.isEmpty }

    @Test func soManyLabelsAreClearedAndTheRestIsLeftAlone() {
        let refused = (0..<5000).filter { !device.isKept(topics.label("old_\($0)"), 0) }
        #expect(refused == [MQTTLeftovers.most])
        // It is not listened to any more, which is said once.
        #expect(device.hears(arrived: 0, 0) && !device.hears(arrived: 0, 0))
        let cleared = messages().filter(isCleared)
        #expect(cleared.map(\.topic) == (0..<MQTTLeftovers.most).map { topics.label("old_\($0)") })
        #expect(device.isKept(topics.label("later"), 0) && !messages().contains(where: isCleared))
        // With another connection it is asked anew.
        device.begin(arrived: 2, 20)
        #expect(device.isKept(topics.label("old_1"), 20) && messages(20).count(where: isCleared) == 1)
    }

    @Test func aLabelThatIsSaidTwiceIsClearedOnce() {
        for _ in 0..<5000 where !device.isKept(topics.label("old"), 0) { Issue.record("one is not too many") }
        #expect(messages().count(where: isCleared) == 1)
    }

    @Test func nothingIsTakenBehindTheTimeForIt() {
        #expect(!device.hears(arrived: 0, 9.9))
        #expect(device.isKept(topics.label("early"), 9.9) && device.isKept(topics.label("late"), 10))
        #expect(device.hears(arrived: 0, 10) && !device.hears(arrived: 0, 11))
        #expect(device.isKept(topics.label("later"), 11))
        #expect(messages(11).filter(isCleared).map(\.topic) == [topics.label("early")])
    }

    @Test func eventsComeBeforeWhatIsCleared() throws {
        for number in 0..<100 { #expect(device.isKept(topics.label("old_\(number)"), 0)) }
        let isTaken = device.withInbox { $0.add(News.event(.on, 0, at: 1)) }
        #expect(isTaken)
        let all = messages()
        let event = try #require(all.firstIndex { $0.topic == topics.event })
        let cleared = try #require(all.firstIndex(where: isCleared))
        #expect(event < cleared && all.count(where: isCleared) == 100)
    }

    @Test func theEndWaitsUntilAllIsCleared() {
        for number in 0..<100 { #expect(device.isKept(topics.label("old_\(number)"), 0)) }
        device.withInbox { $0.isFinishingNow() }
        _ = device.hears(arrived: 1, 0)
        var cleared = 0
        while let message = device.next(0) {
            #expect(!device.withInbox { $0.isOver })
            if isCleared(message) { cleared += 1 }
        }
        #expect(cleared == 100 && device.withInbox { $0.isOver })
    }

    /// Whoever said what an event was hears what became of it, also when that comes behind the farewell.
    @Test func theEndWaitsForAnAnswer() {
        device.withInbox { inbox in
            inbox.ask()
            inbox.isFinishingNow()
        }
        _ = device.hears(arrived: 1, 0)
        #expect(!messages().isEmpty && !device.withInbox { $0.isOver })
        device.withInbox { $0.add(CorrectionAnswer(outcome: .busy, words: "the stream ends")) }
        #expect(messages().map(\.topic) == [topics.answer] && device.withInbox { $0.isOver })
    }

    /// A connection that breaks while leave is taken of it: the next one is told everything, up to the end.
    @Test func theEndIsSaidAgainToAnotherConnection() {
        device.withInbox { $0.isFinishingNow() }
        for arrived in 1...2 {
            _ = device.hears(arrived: arrived, 0)
            let states = messages().filter { $0.topic == topics.label("dog") }
            #expect(states.map(\.payload) == [Array("OFF".utf8)] && device.withInbox { $0.isOver })
            device.begin(arrived: arrived + 1, 0)
            #expect(!device.withInbox { $0.isOver })
        }
    }

    /// One that the broker was not waited for with has ended, as long as others are told of there.
    @Test func whoIsGivenUpIsSpokenFor() throws {
        let (shared, stream) = (shared, News.stream(labels: ["cat"], waits: true))
        let other = MQTTTopics(prefix: "here", device: "other", labels: ["cat"])
        for isBack in [false, true] {
            let last = shared.locked { $0.add(other, stream, hasDiscovery: true, in: shared) }
            shared.locked { $0.giveUp(last) }
            if isBack { _ = shared.locked { $0.add(other, stream, hasDiscovery: true, in: shared) } }
            let said = shared.locked { $0.takeFarewell() }
            #expect(said?.map(\.topic) == (isBack ? nil : [other.label("cat"), "here/other/available"]))
            #expect(said?.map(\.payload) == (isBack ? nil : [Array("OFF".utf8), Array("offline".utf8)]))
            let isMore = shared.locked { $0.takeFarewell() != nil }
            #expect(!isMore)
        }
    }

    /// How it stands in the end is told before the events that wait, for which there may be no time.
    @Test(arguments: [false, true]) func theEndIsToldBeforeWhatWaits(waits: Bool) throws {
        let (topics, shared) = (topics, Guarded(MQTTShared()))
        let device = shared.locked {
            $0.add(topics, News.stream(labels: ["dog"], waits: waits), hasDiscovery: true, in: shared)
        }
        device.begin(arrived: 1, 0)
        device.withInbox { _ = $0.add(News.event(.on, 0, at: 0)) }
        while device.next(0) != nil {}
        device.withInbox { inbox in
            for number in 1...101 { _ = inbox.add(News.event(number % 2 == 0 ? .on : .off, 0, at: Double(number))) }
            inbox.isFinishingNow()
        }
        var all: [MQTTMessage] = []
        while let message = device.next(0) { all.append(message) }
        #expect(all.count { $0.topic == topics.event } == 101)
        let states = all.indices.filter { all[$0].topic == topics.label("dog") }
        #expect(states.count == (waits ? 101 : 1))
        let (last, first) = (try #require(states.last), try #require(all.firstIndex { $0.topic == topics.event }))
        #expect(all[last].payload == Array("OFF".utf8) && waits == (last > first))
    }

    /// Who asks time and again, and takes nothing meanwhile, is told once.
    @Test func whatIsAskedForTimeAndAgainIsToldOnce() {
        for _ in 0..<1000 { device.tellAgain() }
        #expect(messages().count { $0.topic == topics.discovery } == 2)
        #expect(!messages().contains { $0.topic == topics.discovery })
    }
}
