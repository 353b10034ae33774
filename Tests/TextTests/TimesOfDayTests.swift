import TacitText
import Testing

@Suite struct TimesOfDayTests {
    private func second(_ hour: Int, _ minute: Int) -> Int { (hour * 60 + minute) * 60 }

    @Test func aStretchMaySpanMidnight() throws {
        let night = try #require(TimesOfDay("22:00-06:30"))
        for (hour, minute, isQuiet) in [
            (21, 59, false), (22, 0, true), (23, 59, true), (0, 0, true), (6, 29, true), (6, 30, false), (12, 0, false),
        ] {
            #expect(night.contains(second(hour, minute)) == isQuiet, "\(hour):\(minute)")
        }
        let noon = try #require(TimesOfDay("12:00-13:00"))
        #expect(!noon.contains(second(11, 59)) && noon.contains(second(12, 0)) && !noon.contains(second(13, 0)))
        #expect((night + noon).contains(second(12, 30)) && (night + noon).contains(second(3, 0)))
    }

    @Test func theSameTimesInOtherStretches() throws {
        func times(_ texts: String...) throws -> TimesOfDay {
            var all = TimesOfDay([])
            for text in texts {
                let times = try #require(TimesOfDay(text))
                all = all + times
            }
            return all
        }
        let merged = try times("22:00-06:00", "12:00-13:00").merged
        #expect(merged == TimesOfDay([0..<second(6, 0), second(12, 0)..<second(13, 0), second(22, 0)..<second(24, 0)]))
        #expect(try times("12:30-13:00", "12:00-12:30", "22:00-06:00", "01:00-02:00").merged == merged)
        #expect(TimesOfDay([]).merged.isEmpty)
    }

    @Test func aWholeDay() throws {
        let day = try #require(TimesOfDay("00:00-24:00"))
        #expect([0, 1, 43_200, 86_399].allSatisfy(day.contains))
        let untilMidnight = try #require(TimesOfDay("23:00-00:00"))
        #expect(untilMidnight.contains(second(23, 30)) && !untilMidnight.contains(0))
    }

    @Test(arguments: [
        "", "-", "22:00", "22:00-", "22-06", "24:00-01:00", "25:00-01:00", "10:60-11:00", "1:00-2:00", "10:00-10:00",
        "10:00-11:00-12:00", "10:00 - 11:00", "+1:00-02:00", "10:00:00-11:00:00",
    ])
    func otherTexts(text: String) { #expect(TimesOfDay(text) == nil) }
}
