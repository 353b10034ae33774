import CTacitSndfile
import Foundation
import TacitDiagnostics
import TacitMedia
import TacitTestSupport
import Testing

/// Sounds of which a part is lost: all else is read, in its place, and the loss is told.
@Suite struct SoundDamageTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let rate = 16_000
    private static let count = 64_000

    private func encoded(_ format: Int, rate: Int = rate, count: Int = count) throws -> [UInt8] {
        let path = folder.path("encoded")
        let samples = Sounds.glide(samples: count).map { Float($0) / 32768 }
        try writeSound(path, samples, rate: rate, channels: 1, format: Int32(format))
        return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    private func read(_ bytes: [UInt8]) throws -> (samples: [Float], damage: SoundDamage) {
        let source = try SoundFileSource(path: try folder.write("sound", bytes))
        return (try Drained(source).samples, source.damage)
    }

    /// One byte of a frame: that frame is silence, and no other sample is another one.
    @Test func aDamagedFrameOfFLACIsSilence() throws {
        let flac = try encoded(SF_FORMAT_FLAC | SF_FORMAT_PCM_16)
        let whole = try read(flac)
        #expect(whole.damage.isNone)
        let frame = 4096
        for share in [0.2, 0.5, 0.7, 0.9] {
            var bytes = flac
            bytes[Int(Double(flac.count) * share)] ^= 0x40
            let (samples, damage) = try read(bytes)
            #expect(samples.count == whole.samples.count)
            let changed = samples.indices.filter { samples[$0] != whole.samples[$0] }
            let first = try #require(changed.first) / frame
            #expect(changed.allSatisfy { $0 / frame == first && samples[$0] == 0 })
            #expect(damage.places == 1)
            #expect(damage.lostSeconds == Double(frame) / Double(Self.rate))
            #expect(damage.firstTime == Double(first * frame) / Double(Self.rate))
            #expect(damage.lackingSeconds == 0)
            #expect(damage.description.hasPrefix("damaged: 0.256 s can't be decoded, at "))
        }
    }

    @Test func whatACutFLACLacksIsTold() throws {
        let flac = try encoded(SF_FORMAT_FLAC | SF_FORMAT_PCM_16)
        let whole = try read(flac).samples
        let (samples, damage) = try read(Array(flac[..<(flac.count * 2 / 3)]))
        #expect(samples.count > whole.count / 2)
        #expect(samples == Array(whole[..<samples.count]))
        #expect(damage.lackingSeconds == Double(whole.count - samples.count) / Double(Self.rate))
        #expect(damage.places == 0)
        // Another one behind it is all there.
        let joined = try read(Array(flac[..<(flac.count * 2 / 3)]) + flac)
        #expect(joined.samples == samples + whole)
        #expect(joined.damage == damage)
    }

    /// With what the tools of FLAC and tags put between: empty seek points, a picture, padding; with no length stated;
    /// at another rate.
    @Test func joinedFLACLosesNoFrame() throws {
        let flac = try encoded(SF_FORMAT_FLAC | SF_FORMAT_PCM_16)
        let whole = try read(flac).samples
        func block(_ type: UInt8, _ body: [UInt8]) -> [UInt8] {
            [type, UInt8(body.count >> 16), UInt8(body.count >> 8 & 255), UInt8(body.count & 255)] + body
        }
        let points = block(
            3,
            Array(
                [[UInt8]](repeating: [UInt8](repeating: 255, count: 8) + [UInt8](repeating: 0, count: 10), count: 20)
                    .joined()))
        // Bytes that a frame begins with.
        let syncs = block(
            2, Array("tstx".utf8) + Array([[UInt8]](repeating: [0xff, 0xf8, 0x69, 0x08], count: 400).joined()))
        let padding = block(1, [UInt8](repeating: 0, count: 8192))
        var tagged = Array(flac[..<42])
        for part in [points, syncs, padding, Array(flac[42...])] { tagged += part }
        var open = tagged
        open[21] &= 0xf0
        for index in 22...25 { open[index] = 0 }
        let tag = Array("ID3\u{4}\0\0\0\0\u{1}\u{2}".utf8) + [UInt8](repeating: 7, count: 130)
        let joined: [(name: String, parts: [[UInt8]])] = [
            ("plain", [flac, flac]), ("tagged", [flac, tagged]), ("open in front", [open, tagged]),
            ("open", [open, open]), ("a tag between", [open, tag, flac]),
        ]
        for (name, parts) in joined {
            let (samples, damage) = try read(Array(parts.joined()))
            #expect(samples == whole + whole, "\(name): \(samples.count)")
            #expect(damage.isNone, "\(name): \(damage)")
        }
        let slow = try encoded(SF_FORMAT_FLAC | SF_FORMAT_PCM_16, rate: 8_000)
        let mixed = try read(flac + slow).samples
        #expect(Array(mixed[..<whole.count]) == whole)
        #expect(mixed.count == 3 * whole.count)
    }

    private func pages(_ bytes: [UInt8]) -> [[UInt8]] {
        var pages: [[UInt8]] = []
        var place = 0
        while place + 27 <= bytes.count {
            let segments = Int(bytes[place + 26])
            let length = 27 + segments + bytes[place + 27..<place + 27 + segments].reduce(0) { $0 + Int($1) }
            pages.append(Array(bytes[place..<place + length]))
            place += length
        }
        return pages
    }

    private static let codecs = [
        ("vorbis", SF_FORMAT_OGG | SF_FORMAT_VORBIS), ("opus", SF_FORMAT_OGG | SF_FORMAT_OPUS),
    ]

    @Test(arguments: codecs)
    func aLostPageIsSilence(name: String, format: Int) throws {
        let bytes = try encoded(format, count: 16 * Self.count)
        let pages = pages(bytes)
        try #require(pages.count >= 6)
        let whole = try read(bytes)
        #expect(whole.damage.isNone)
        var lost = pages
        lost.remove(at: pages.count / 2)
        let (samples, damage) = try read(lost.flatMap { $0 })
        #expect(samples.count == whole.samples.count)
        #expect(damage.places == 1)
        let rate = Double(whole.samples.count) / Double(16 * Self.count) * Double(Self.rate)
        let first = Int(damage.firstTime * rate)
        let end = first + Int(damage.lostSeconds * rate)
        #expect(damage.lostSeconds > 0.05)
        #expect(damage.lackingSeconds == 0)
        // Away from the hole by two packets of the longest kind nothing has changed.
        let margin = Int(rate / 5)
        #expect(samples[..<(first - margin)] == whole.samples[..<(first - margin)])
        #expect(zip(samples[(end + margin)...], whole.samples[(end + margin)...]).allSatisfy { abs($0 - $1) < 1e-3 })
    }

    /// So many bytes that the page which lacks them seems to end where a later one begins.
    @Test(arguments: codecs.prefix(1))
    func aPartOfAPageAsLongAsTheNextIsTold(name: String, format: Int) throws {
        let bytes = try encoded(format, count: 16 * Self.count)
        let pages = pages(bytes)
        let whole = try read(bytes).samples.count
        let fitting = pages.indices.dropFirst(2).dropLast().filter { pages[$0 + 1].count + 300 < pages[$0].count }
        let index = try #require(fitting.first)
        var cut = pages
        cut[index].removeSubrange((cut[index].count - pages[index + 1].count)...)
        let (samples, damage) = try read(cut.flatMap { $0 })
        #expect(!damage.isNone)
        #expect(samples.count == whole || damage.skippedBytes > 0)
    }

    @Test(arguments: codecs)
    func aPageThatIsCutOffIsTold(name: String, format: Int) throws {
        let bytes = try encoded(format)
        let whole = try read(bytes).samples.count
        let (samples, damage) = try read(Array(bytes.dropLast(pages(bytes).last.map { $0.count / 2 } ?? 0)))
        let rate = Double(whole) / Double(Self.count) * Double(Self.rate)
        #expect(samples.count < whole)
        #expect(abs(damage.lackingSeconds - Double(whole - samples.count) / rate) < 0.03)
        #expect(damage.description.hasPrefix("ends early: "))
    }

    /// By the length that a WAV states; not by one that stands for any.
    @Test func aWAVThatIsCutOffIsTold() throws {
        let whole = WaveFile.bytes(Sounds.glide(samples: Self.count), rate: UInt32(Self.rate))
        #expect(try read(whole).damage.isNone)
        for lost in [1, 2, 3, 32_000, 2 * Self.count - 2] {
            let (samples, damage) = try read(whole.dropLast(lost))
            #expect(samples.count == Self.count - (lost + 1) / 2)
            #expect(damage.lackingSeconds == Double((lost + 1) / 2) / Double(Self.rate), "\(lost) bytes")
            #expect(damage.places == 0 && damage.skippedBytes == 0)
        }
        let place = try #require(whole.indices.first { whole[$0...].starts(with: Array("data".utf8)) }) + 4
        for size: UInt32 in [0, .max, 0x7fff_f000, 0x7fff_ffdb, 0x8000_0000, 0xffff_ff00] {
            var bytes = whole
            bytes.replaceSubrange(place..<place + 4, with: withUnsafeBytes(of: size.littleEndian) { Array($0) })
            let (samples, damage) = try read(bytes)
            #expect(samples.count == Self.count && damage.isNone, "\(size)")
        }
    }

    /// The first page of sound and the last one have no page on their other side that would tell how much was lost.
    @Test(arguments: codecs)
    func aPageThatWasHitAtEitherEndIsTold(name: String, format: Int) throws {
        let bytes = try encoded(format, count: 4 * Self.count)
        let pages = pages(bytes)
        let whole = try read(bytes).samples.count
        var starts = [0]
        for page in pages { starts.append(starts[starts.count - 1] + page.count) }
        let last = pages.count - 1
        // A byte of the page's name.
        for page in [2, last] {
            var hit = bytes
            hit[starts[page] + 1] ^= 0x20
            let (samples, damage) = try read(hit)
            #expect(samples.count <= whole)
            #expect(
                damage.skippedBytes == pages[page].count || damage.lostSeconds > 0, "\(name), page \(page): \(damage)")
            #expect(!damage.isNone)
        }
        // What belongs behind a stream is no damage.
        let tag = Array("TAG".utf8) + [UInt8](repeating: 0x41, count: 125)
        for behind in [[UInt8](repeating: 0, count: 5000), tag] {
            let (samples, damage) = try read(bytes + behind)
            #expect(samples.count == whole)
            #expect(damage.isNone, "\(damage)")
        }
    }

    private func page(serial: UInt32, number: UInt32, flags: UInt8, position: UInt64, _ body: [UInt8]) -> [UInt8] {
        var page = Array("OggS\0".utf8) + [flags] + littleEndian(position) + littleEndian(serial) + littleEndian(number)
        page += [0, 0, 0, 0, 1, UInt8(body.count)] + body
        var sum: UInt32 = 0
        for byte in page {
            sum ^= UInt32(byte) << 24
            for _ in 0..<8 { sum = sum & 0x8000_0000 != 0 ? sum << 1 ^ 0x04c1_1db7 : sum << 1 }
        }
        page.replaceSubrange(22..<26, with: littleEndian(sum))
        return page
    }

    /// A film, an index and text beside the sound, whichever begins first; and such a link behind another.
    @Test(arguments: codecs)
    func soundIsFoundAmongStreamsSideBySide(name: String, format: Int) throws {
        let bytes = try encoded(format)
        let whole = try read(bytes).samples
        let pages = pages(bytes)
        let others: [[UInt8]] = [
            [0x80] + Array("theora".utf8) + [UInt8](repeating: 3, count: 30), Array("fishead\0".utf8) + [3, 0, 0, 0],
            Array("unheard of".utf8),
        ]
        let beginnings = others.enumerated().map { index, body in
            page(serial: UInt32(7000 + index), number: 0, flags: 2, position: 0, body)
        }
        let rest = others.indices.map { index in
            page(serial: UInt32(7000 + index), number: 1, flags: 4, position: 5, [1, 2, 3])
        }
        var results: [[UInt8]] = []
        for place in 0...beginnings.count {
            var group = beginnings
            group.insert(pages[0], at: place)
            let body = rest + pages[1...]
            results.append((group + body).flatMap { $0 })
        }
        for result in results { #expect(try read(result).samples == whole) }
        #expect(try read(results[2] + results[0] + bytes).samples == whole + whole + whole)
        // Nothing but the others.
        #expect(throws: TacitError.self) { try read((beginnings + rest).flatMap { $0 }) }
    }

    @Test(arguments: [
        SF_FORMAT_AIFF | SF_FORMAT_PCM_16, SF_FORMAT_AU | SF_FORMAT_PCM_16, SF_FORMAT_CAF | SF_FORMAT_PCM_16,
        SF_FORMAT_W64 | SF_FORMAT_PCM_16,
    ])
    func joinedFilesOfOtherKindsAreReadOn(format: Int) throws {
        let bytes = try encoded(format)
        let whole = try read(bytes).samples
        #expect(whole.count == Self.count)
        #expect(try read(bytes + bytes + bytes).samples == whole + whole + whole)
        let slow = try encoded(format, rate: 8_000, count: 8_000)
        #expect(try read(bytes + slow).samples.count == Self.count + 16_000)
    }

    /// A tag amid the frames is no sound, and is not kept in memory; nor is one behind them.
    @Test func tagsAmidMP3ArePassedOver() throws {
        let mp3 = try encoded(SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III)
        let once = try read(mp3).samples.count
        let joined = try read(mp3 + mp3).samples
        let picture: [UInt8] = Array([[UInt8]](repeating: [0xff, 0xf3, 0x44, 0xc0], count: 50_000).joined())
        let size = picture.count
        let tag =
            Array("ID3\u{4}\0\0".utf8)
            + [UInt8(size >> 21), UInt8(size >> 14 & 127), UInt8(size >> 7 & 127), UInt8(size & 127)] + picture
        #expect(try read(mp3 + tag + mp3).samples == joined)
        func ape(_ flags: UInt32) -> [UInt8] {
            Array("APETAGEX".utf8) + littleEndian(UInt32(2000)) + littleEndian(UInt32(size + 32))
                + littleEndian(UInt32(1))
                + littleEndian(flags) + [UInt8](repeating: 0, count: 8)
        }
        let apeTag = ape(0xa000_0000) + picture + ape(0x8000_0000)
        #expect(try read(apeTag + mp3).samples.count == once)
        let tagged = try read(mp3 + apeTag).samples.count
        #expect(tagged >= once && tagged <= once + 3 * 1152)
    }

    private func standardInput(_ bytes: [UInt8]) throws -> [Float] {
        let descriptor = open(try folder.write("input", bytes), O_RDONLY)
        defer { close(descriptor) }
        return try Drained(
            StandardInputSource(
                descriptor: descriptor, sampleRate: Self.rate, rawRate: nil, rawChannels: 1, isRaw: false)
        ).samples
    }

    /// The same through a pipe.
    private func piped(_ bytes: [UInt8]) throws -> [Float] {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        let writing = ends[1]
        Thread {
            _ = bytes.withUnsafeBytes { FileBytes.write($0, to: writing) }
            close(writing)
        }.start()
        defer { close(ends[0]) }
        return try Drained(
            StandardInputSource(
                descriptor: ends[0], sampleRate: Self.rate, rawRate: nil, rawChannels: 1, isRaw: false)
        ).samples
    }

    /// What a server said before the sound, long or short, is passed over however it comes.
    @Test(arguments: [
        "HTTP/1.0 200 OK\r\n\r\n", "ICY 200 OK\r\nicy-name: x\r\n\r\n",
        "HTTP/1.0 200 OK\r\nContent-Type: audio/flac\r\nicy-name: a radio of the neighbourhood\r\n\r\n",
    ])
    func answersInFrontOfSounds(answer: String) throws {
        for format in [
            SF_FORMAT_FLAC | SF_FORMAT_PCM_16, SF_FORMAT_OGG | SF_FORMAT_VORBIS,
            SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III,
        ] {
            let bytes = Array(answer.utf8) + (try encoded(format))
            let expected = try read(bytes).samples
            #expect(try standardInput(bytes) == expected)
            #expect(try piped(bytes) == expected)
        }
    }

    /// A file on standard input is what it is under its name; raw samples that begin as MP3 does stay raw.
    @Test func aFileOnStandardInputIsTheSame() throws {
        let mp3 = try encoded(SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III)
        for bytes in [mp3, [UInt8](repeating: 0, count: 100_000) + mp3, Array(mp3[700...]), Array(mp3[2000...])] {
            #expect(try standardInput(bytes) == read(bytes).samples)
        }
        var random = RandomNumbers(seed: 5)
        let noise = (0..<400_000).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        let quiet = [UInt8](repeating: 0, count: 70_000) + noise
        // Two samples over and over, which are the header of frames of 288 bytes: one at every multiple of 4.
        let square: [UInt8] = Array([[UInt8]](repeating: [0xff, 0xf3, 0x48, 0xc0], count: 50_000).joined())
        // Three headers where they belong, by chance, and noise behind them.
        var chance = noise
        for index in 0..<3 {
            chance.replaceSubrange(64 + 288 * index..<68 + 288 * index, with: [0xff, 0xf3, 0x88, 0xc0])
        }
        for bytes in [noise, quiet, square, chance] {
            #expect(try standardInput(bytes).count == bytes.count / 2)
        }
    }
}
