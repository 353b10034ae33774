import TacitDiagnostics
import TacitRecording
import TacitTestSupport
import Testing

/// A recording that is cut off or damaged gives the lines up to there, and says so; nothing crashes on any.
@Suite struct DamagedRecordingTests {
    private static func small() throws -> (bytes: [UInt8], lines: String) {
        var chance = Chance(seed: 11)
        let bench = try Bench()
        // Readings, events, gaps and both encodings of samples, in little room.
        let lines = try bench.record(
            [.give(.samples([Float](repeating: 0.75, count: 60))), .give(.gap(700, .lost))]
                + (0..<4).map { _ in .give(.samples(chance.samples(50...60))) } + [.give(.gap(3, .overrun))]
                + [.give(.samples(chance.samples(60...70)))])
        return (try bench.bytes(), lines)
    }

    private static func smallFrames() throws -> (bytes: [UInt8], lines: String) {
        let bench = try Bench()
        let lines = try bench.record(
            frames: (0..<8).map { index in
                .give(
                    (3, 3, UInt8(index * 30), .frame(.init(index: 2 * index, time: 40_000 * index, dropped: index))))
            })
        return (try bench.bytes(), lines)
    }

    @Test(arguments: [true, false])
    func cutAnywhere(isSound: Bool) throws {
        let (bytes, lines) = isSound ? try Self.small() : try Self.smallFrames()
        var longest = 0
        for count in 0..<bytes.count {
            let again = try Bench.replay(Array(bytes[..<count]))
            #expect(again.error?.kind == .badData, "\(count)")
            // Byte for byte what was printed, and never less than of a shorter one.
            #expect(lines.utf8.starts(with: again.lines.utf8), "\(count)")
            #expect(again.lines.utf8.count >= longest, "\(count)")
            longest = again.lines.utf8.count
        }
        // All was there but for the end.
        #expect(longest == lines.utf8.count)
        let whole = try Bench.replay(bytes)
        #expect(whole.error == nil && whole.lines == lines)
        #expect(try Bench.replay(bytes + [0]).error?.kind == .badData)
    }

    @Test(arguments: [true, false])
    func aBitThatIsTurnedIsNoticed(isSound: Bool) throws {
        let (bytes, lines) = isSound ? try Self.small() : try Self.smallFrames()
        var random = RandomNumbers(seed: 12)
        for index in bytes.indices {
            var spoilt = bytes
            spoilt[index] ^= 1 << UInt8.random(in: 0...7, using: &random)
            let again = try Bench.replay(spoilt)
            #expect(again.error?.kind == .badData, "\(index)")
            #expect(lines.utf8.starts(with: again.lines.utf8), "\(index)")
        }
    }

    /// With checksums that are right, whatever the rest says.
    @Test(arguments: 0..<8)
    func whatIsMadeUpCrashesNothing(seed: Int) throws {
        let (bytes, _) = seed % 2 == 0 ? try Self.small() : try Self.smallFrames()
        var random = RandomNumbers(seed: UInt64(100 + seed))
        for _ in 0..<250 {
            var spoilt = bytes
            let chunks = Chunks.starts(bytes)
            for _ in 0..<Int.random(in: 1...2, using: &random) {
                let chunk = chunks[Int.random(in: 0..<chunks.count, using: &random)]
                let place = Int.random(in: chunk.lowerBound..<chunk.upperBound - 4, using: &random)
                // Lengths stay, or the next chunk would not be found.
                guard !(chunk.lowerBound + 4..<chunk.lowerBound + 8).contains(place) else { continue }
                let width = min([1, 4, 8][Int.random(in: 0...2, using: &random)], chunk.upperBound - 4 - place)
                let value = [0, .max, 1 << 63, 1 << 62, UInt64.random(in: 0 ... .max, using: &random)].randomElement(
                    using: &random)
                withUnsafeBytes(of: value ?? 0) { for index in 0..<width { spoilt[place + index] = $0[index] } }
                Chunks.sign(&spoilt, chunk)
            }
            let again = try Bench.replay(spoilt)
            #expect(again.error == nil || again.error?.kind == .badData, "\(String(describing: again.error))")
        }
    }

    @Test func aLengthTakesNoMemory() throws {
        let (bytes, _) = try Self.small()
        let first = Chunks.starts(bytes)[1]
        for kind: UInt8 in 1...9 {
            var spoilt = Array(bytes[..<first.lowerBound]) + [kind, 0, 0, 0, 0xff, 0xff, 0xff, 0x0f]
            spoilt += [0, 0, 0]
            #expect(try Bench.replay(spoilt).error?.kind == .badData)
        }
    }

    @Test(arguments: ["", "T", "RIFF....WAVEfmt ", "TACITREC\u{2}\0\0\0\0\0\0\0"])
    func whatIsNoRecordingIsSaidToBeNone(text: String) throws {
        let again = try Bench.replay(Array(text.utf8))
        #expect(again.error?.kind == .badData && again.lines.isEmpty)
        #expect(again.error?.reason.contains("recording") == true)
    }
}

/// Where chunks lie in a recording, as its documentation says.
enum Chunks {
    static func starts(_ bytes: [UInt8]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var place = 16
        while place + 8 <= bytes.count {
            let length = (0..<4).reduce(0) { $0 | Int(bytes[place + 4 + $1]) << (8 * $1) }
            ranges.append(place..<place + length + 12)
            place += length + 12
        }
        return ranges
    }

    /// Puts the right checksum behind a chunk: CRC-32 as in IEEE 802.3, bit by bit.
    static func sign(_ bytes: inout [UInt8], _ range: Range<Int>) {
        var sum: UInt32 = .max
        for byte in bytes[range.lowerBound..<range.upperBound - 4] {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xedb8_8320 : sum >> 1 }
        }
        for index in 0..<4 {
            bytes[range.upperBound - 4 + index] = UInt8(truncatingIfNeeded: ~sum >> (8 * UInt32(index)))
        }
    }
}
