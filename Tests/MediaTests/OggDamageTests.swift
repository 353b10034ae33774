import CTacitSndfile
import Foundation
import TacitDiagnostics
import TacitMedia
import TacitTestSupport
import Testing

/// Pages of Ogg whose header is right and whose checksum fails: what they hold could be anything, and is silence of the
/// same length.
@Suite struct OggDamageTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    enum Codec: CaseIterable, Sendable {
        case vorbis, opus

        var format: Int { SF_FORMAT_OGG | (self == .vorbis ? SF_FORMAT_VORBIS : SF_FORMAT_OPUS) }
        /// Hertz of what is decoded.
        var rate: Int { self == .vorbis ? 16_000 : 48_000 }
    }

    enum Harm: CaseIterable, Sendable {
        case zeros, noise, bit
    }

    /// The pages of a sound: two of the header, and those of sound.
    private func encoded(_ codec: Codec, seconds: Int) throws -> [[UInt8]] {
        let path = folder.path("encoded")
        let samples = Sounds.glide(samples: 16_000 * seconds).map { Float($0) / 32768 }
        try writeSound(path, samples, rate: 16_000, channels: 1, format: Int32(codec.format))
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        var pages: [[UInt8]] = []
        var place = 0
        while place + 27 <= bytes.count {
            let body = place + 27 + Int(bytes[place + 26])
            let end = bytes[place + 27..<body].reduce(body) { $0 + Int($1) }
            pages.append(Array(bytes[place..<end]))
            place = end
        }
        return pages
    }

    private func read(_ pages: [[UInt8]]) throws -> (samples: [Float], damage: SoundDamage) {
        let source = try SoundFileSource(path: try folder.write("sound", pages.flatMap { $0 }))
        return (try Drained(source).samples, source.damage)
    }

    private func harmed(_ pages: [[UInt8]], _ range: ClosedRange<Int>, _ harm: Harm = .zeros) -> [[UInt8]] {
        var pages = pages
        var random = RandomNumbers(seed: 3)
        for index in range {
            let body = 27 + Int(pages[index][26])
            switch harm {
            case .zeros: for place in body..<pages[index].count { pages[index][place] = 0 }
            case .noise:
                for place in body..<pages[index].count {
                    pages[index][place] = UInt8.random(in: .min ... .max, using: &random)
                }
            case .bit: pages[index][(body + pages[index].count) / 2] ^= 0x10
            }
        }
        return pages
    }

    /// A page with the checksum that belongs to it (RFC 3533, section 6).
    private func withChecksum(_ page: [UInt8]) -> [UInt8] {
        var page = page
        page.replaceSubrange(22..<26, with: [0, 0, 0, 0])
        var sum: UInt32 = 0
        for byte in page {
            sum ^= UInt32(byte) << 24
            for _ in 0..<8 { sum = sum & 0x8000_0000 != 0 ? sum << 1 ^ 0x04c1_1db7 : sum << 1 }
        }
        page.replaceSubrange(22..<26, with: (0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) })
        return page
    }

    /// Samples up to the end of a page, as it states.
    private func position(_ page: [UInt8]) -> Int {
        page[6..<14].reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    @Test(arguments: Codec.allCases, Harm.allCases)
    func aDamagedPageIsSilence(codec: Codec, harm: Harm) throws {
        let pages = try encoded(codec, seconds: 16)
        try #require(pages.count >= 10)
        let whole = try read(pages)
        #expect(whole.damage.isNone)
        let rate = Double(codec.rate)
        let middle = pages.count / 2
        let last = pages.count - 1
        let ranges: [ClosedRange<Int>] = [
            2...2, 2...3, middle...middle, middle...middle + 1, last - 1...last - 1, last...last,
        ]
        for range in ranges {
            let (samples, damage) = try read(harmed(pages, range, harm))
            #expect(samples.count == whole.samples.count, "\(range)")
            #expect(damage.places == 1 && damage.lackingSeconds == 0 && damage.skippedBytes == 0, "\(range): \(damage)")
            // What a decoder needs to find its feet again comes to it.
            let length = position(pages[range.upperBound]) - position(pages[range.lowerBound - 1])
            #expect(abs(damage.lostSeconds - Double(length) / rate) < 0.15, "\(range): \(damage)")
            let first = Int((damage.firstTime * rate).rounded())
            let end = first + Int((damage.lostSeconds * rate).rounded())
            try #require(end <= samples.count)
            #expect(samples[first..<end].allSatisfy { $0 == 0 }, "\(range)")
            let margin = codec.rate * 2 / 5
            let before = max(0, first - margin)
            #expect(samples[..<before] == whole.samples[..<before], "\(range)")
            // The last page alone does not tell where its samples are, but for a packet.
            guard range.upperBound < last - 1 else { continue }
            #expect(
                zip(samples[(end + margin)...], whole.samples[(end + margin)...]).allSatisfy { abs($0 - $1) < 1e-3 },
                "\(range)")
        }
    }

    @Test(arguments: Codec.allCases)
    func damagedPagesFarApartAreSilenceEach(codec: Codec) throws {
        let pages = try encoded(codec, seconds: 16)
        let last = pages.count - 1
        var bad = pages
        for index in [2, 7, last - 2, last] { bad = harmed(bad, index...index, .noise) }
        let (samples, damage) = try read(bad)
        #expect(try samples.count == read(pages).samples.count)
        #expect(damage.places == 4, "\(damage)")
    }

    /// However the bytes come.
    @Test(arguments: Codec.allCases)
    func damageOfAPipeIsTheSame(codec: Codec) throws {
        let pages = try encoded(codec, seconds: 6)
        let last = pages.count - 1
        let expected = try read(pages).samples.count
        for index in [2, 3, last] {
            let bytes = harmed(pages, index...index, .noise).flatMap { $0 }
            for way in try everyWay(bytes, in: folder, rate: codec.rate) {
                #expect(try way.get().count == expected, "page \(index)")
            }
        }
    }

    /// Pages that are whole and state positions that can't be, beside damaged ones and not: read as far as they go.
    @Test(arguments: Codec.allCases, [Int.min, .min + 1, -2, 1 << 48, 1 << 62, .max])
    func positionsThatCannotBe(codec: Codec, position: Int) throws {
        let pages = try encoded(codec, seconds: 6)
        let whole = try read(pages).samples.count
        let last = pages.count - 1
        for index in [2, 3, last - 1, last] {
            var bad = pages
            bad[index].replaceSubrange(6..<14, with: (0..<8).map { UInt8(truncatingIfNeeded: position >> (8 * $0)) })
            bad[index] = withChecksum(bad[index])
            for bytes in [bad, harmed(bad, last...last), harmed(bad, 2...2), harmed(bad, 3...4), bad + bad] {
                let (samples, damage): ([Float], SoundDamage)
                do { (samples, damage) = try read(bytes) } catch let error as TacitError {
                    // Opus begins where its first page says.
                    #expect(codec == .opus && index < 4 && error.kind == .badData)
                    continue
                }
                #expect(samples.count <= 2 * whole + codec.rate && damage.lostSeconds < 13, "\(index): \(damage)")
            }
        }
    }

    /// What is joined behind a damaged end, and behind a stream of which no page of sound is whole, is in its place.
    @Test(arguments: Codec.allCases)
    func whatIsJoinedBehindDamageIsInItsPlace(codec: Codec) throws {
        let pages = try encoded(codec, seconds: 4)
        let whole = try read(pages).samples
        let last = pages.count - 1
        let ranges: [ClosedRange<Int>] = [last...last, last - 1...last, 2...last]
        for range in ranges {
            let bad = harmed(pages, range)
            let alone = try read(bad)
            #expect(alone.samples.count == whole.count, "\(range)")
            #expect(alone.damage.places == 1 && alone.damage.lackingSeconds == 0, "\(range): \(alone.damage)")
            let joined = try read(pages + bad + pages)
            #expect(joined.samples == whole + alone.samples + whole, "\(range)")
            #expect(joined.damage.places == 1, "\(range): \(joined.damage)")
        }
        let none = try read(harmed(pages, 2...last))
        #expect(none.samples.allSatisfy { $0 == 0 })
    }

    /// Programs that write tags leave a wrong checksum behind: the header is read, and no sound lacks.
    @Test(arguments: Codec.allCases)
    func aHeaderOfAWrongChecksumIsRead(codec: Codec) throws {
        let pages = try encoded(codec, seconds: 4)
        let whole = try read(pages).samples
        var tagged = pages
        tagged[1][22] ^= 1
        let alone = try read(tagged)
        #expect(alone.samples == whole && alone.damage.isNone, "\(alone.damage)")
        let joined = try read(pages + tagged)
        #expect(joined.samples == whole + whole && joined.damage.isNone, "\(joined.damage)")
    }
}
