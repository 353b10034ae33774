import Foundation
import TacitLive
import TacitSinks
import TacitText
import Testing

/// The lines of a stream, read back by Foundation's JSON.
@Suite struct JSONLineFormatTests {
    private let names = ["dog", "a \"quoted\"\\name\n\u{1}", "Übergröße 🐄"]

    private func line(_ make: (inout JSONLineFormat) -> Void, logits: Bool = false) throws -> [String: Any] {
        var format = JSONLineFormat(labels: names, hasLogits: logits)
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
