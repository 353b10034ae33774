import TacitSinks
import Testing

/// Lines for readers at their own speed.
@Suite struct LineRingTests {
    @Test func lines() {
        var ring = LineRing(capacity: 16)
        defer { ring.deallocate() }
        var line: [UInt8] = []
        #expect(ring.take(at: 0, into: &line) == nil)
        ring.append(Array("one\n".utf8))
        ring.append(Array("two\n".utf8))
        #expect(ring.take(at: 0, into: &line) == 4)
        #expect(ring.take(at: 4, into: &line) == 8)
        #expect(line == Array("onetwo".utf8))
        #expect(ring.take(at: 8, into: &line) == nil)
    }

    @Test func theOldestMakeWay() {
        var ring = LineRing(capacity: 16)
        defer { ring.deallocate() }
        for number in 0..<1000 {
            let place = ring.end
            ring.append(Array("\(number)\n".utf8))
            var line: [UInt8] = []
            #expect(ring.take(at: place, into: &line) == ring.end)
            #expect(line == Array("\(number)".utf8))
            #expect(ring.end - ring.start <= 16)
        }
        let end = ring.end
        ring.append([UInt8](repeating: 1, count: 17))
        #expect(ring.end == end)
    }
}
