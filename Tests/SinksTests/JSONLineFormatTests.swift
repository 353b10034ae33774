import Foundation
import TacitLabelling
import TacitLive
import TacitSinks
import TacitText
import Testing

/// The lines of a stream, read back by Foundation's JSON.
@Suite struct JSONLineFormatTests {
    private let names = ["dog", "a \"quoted\"\\name\n\u{1}", "Übergröße 🐄"]

    private func line(_ make: (inout JSONLineFormat) -> Void, logits: Bool = false) throws -> [String: Any] {
        var format = JSONLineFormat(News.stream(labels: names, waits: true, logits: logits))
        make(&format)
        #expect(format.bytes.last == UInt8(ascii: "\n"))
        #expect(format.bytes.filter { $0 == UInt8(ascii: "\n") }.count == 1)
        #expect(format.bytes.count <= LineLength.bound(labels: names))
        return try News.object(format.bytes)
    }

    @Test func labels() throws {
        let object = try line(
            { format in
                News.reading([0.25, 0.1, 0.7], at: 12.5, level: -23.25) { reading in
                    var ranking = Ranking(top: 2, threshold: nil, labels: 3)
                    ranking.rank(reading.scores)
                    format.labels(reading, ranking)
                }
            }, logits: true)
        #expect(object["type"] as? String == "labels")
        #expect(object["time"] as? Double == 12.5)
        #expect(object["span"] as? [Double] == [11.5, 12.5])
        #expect(object["level_db"] as? Double == -23.25)
        #expect(object["logits"] as? [Double] == [0.25, 0.1, 0.7])
        let labels = try #require(object["labels"] as? [[String: Any]])
        #expect(labels.map { $0["label"] as? String } == [names[2], names[0]])
        #expect(labels.map { $0["score"] as? Double } == [0.7, 0.25])
    }

    @Test func aPictureHasNoLevelAndNoSpan() throws {
        let object = try line { format in
            News.reading([0, 0, 0], at: 3.25, place: .frame(96, dropped: 2)) { reading in
                format.labels(reading, Ranking(top: 0, threshold: nil, labels: 3))
            }
        }
        #expect(object["frame"] as? Int == 96)
        #expect(object["dropped"] as? Int == 2)
        #expect(object["span"] == nil && object["level_db"] == nil && object["logits"] == nil)
    }

    @Test func everyEventHasAnIDOfItsOwn() throws {
        var seen: Set<String> = []
        for index in 0..<50 {
            let event = News.event(index % 2 == 0 ? .on : .off, 1, at: Double(index))
            let object = try line { $0.event(event) }
            #expect(object["label"] as? String == names[1])
            #expect(object["state"] as? String == (index % 2 == 0 ? "on" : "off"))
            let id = try #require(object["id"] as? String)
            #expect(id == event.id.description)
            #expect(id.wholeMatch(of: /[0-9a-f]{12}-[0-9a-f]{8}-[1-9][0-9]*/) != nil, "\(id)")
            seen.insert(id)
        }
        #expect(seen.count == 50)
    }

    @Test func gap() throws {
        let object = try line { $0.gap(LiveGap(time: 31.2, lostSeconds: 0.128, reason: .overrun)) }
        #expect(object["time"] as? Double == 31.2)
        #expect(object["lost_seconds"] as? Double == 0.128)
        #expect(object["reason"] as? String == "overrun")
    }

    @Test func whatIsNoNumberIsNull() throws {
        let object = try line { $0.event(News.event(.on, 0, at: 1, score: .nan)) }
        #expect(object["score"] is NSNull)
    }

    /// Times of any size are numbers, as exact as a double is.
    @Test(arguments: [999_999_999.5, 1e9, 4_294_967_295.75, 9e9, 12_345_678_900, 9.2e12, 3.5e17])
    func everyTimeIsANumber(time: Double) throws {
        let object = try line { $0.gap(LiveGap(time: time, lostSeconds: time / 2, reason: .overrun)) }
        #expect(object["time"] as? Double == time)
        #expect(object["lost_seconds"] as? Double == time / 2)
        let plain = try line { $0.event(News.event(.on, 1, at: time)) }
        #expect(plain["time"] as? Double == time)
    }

    @Test func placesBecomeFewerWhereThereIsNoRoomForThem() {
        for (value, places, text) in [
            (1234.5, 3, "1234.500"), (1e9, 9, "1000000000.000000000"), (-1e10, 9, "-10000000000.00000000"),
            (1e16, 9, "10000000000000000.00"), (8e17, 3, "800000000000000000.0"), (1e18, 3, "0.0"), (7.4, 0, "7"),
        ] as [(Double, Int, String)] {
            var buffer = ByteBuffer()
            buffer.append(value, places: places)
            #expect(String(decoding: buffer.bytes, as: UTF8.self) == text)
        }
    }

    @Test func hexadecimalKeepsAllDigits() {
        for (value, digits, text) in [(0, 3, "000"), (0xabc, 2, "abc"), (.max, 12, "ffffffffffffffff")]
            as [(UInt64, Int, String)]
        {
            var buffer = ByteBuffer()
            buffer.append(hexadecimal: value, digits: digits)
            #expect(String(decoding: buffer.bytes, as: UTF8.self) == text)
        }
    }
}
