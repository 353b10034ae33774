import TacitLive
import Testing

@Suite struct ClipNameTests {
    private static let stem = "20260131T235959.123Z-a-dog-9f3ac2d1-17"

    @Test func aStemIsReadBack() {
        #expect(ClipName.Stem(Self.stem)?.text == Self.stem)
    }

    @Test func onlyThisProgramsOwnHaveACount() {
        let digits = String(EventID.ownRandom, radix: 16)
        let random = String(repeating: "0", count: 8 - digits.count) + digits
        #expect(ClipName.Stem("20260131T235959.123Z-dog-\(random)-17")?.ownNumber == 17)
        let other = random == "00000000" ? "00000001" : "00000000"
        #expect(ClipName.Stem("20260131T235959.123Z-dog-\(other)-17")?.ownNumber == nil)
    }

    @Test(arguments: [
        "", "a-b-c-d", "20260131T235959.123Z-9f3ac2d1-17", "20260131T235959Z-dog-9f3ac2d1-17",
        "20260131T235959.123Z-dog-9F3AC2D1-17", "20260131T235959.123Z-dog-9f3ac2d-17",
        "20260131T235959.123Z-dog-9f3ac2d1-", "20260131T235959.123Z-dog-9f3ac2d1-1x",
        "20260131T235959.123Z-dog-9f3ac2d1-17.flac",
    ])
    func whatIsNoClipsNameHasNoStem(text: String) {
        #expect(ClipName.Stem(text) == nil)
    }
}
