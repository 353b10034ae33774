import CTacitSndfile
import Foundation
import TacitDiagnostics
import TacitMedia
import TacitTestSupport
import Testing

/// Formats that are rare, or not read: the same from a file, from standard input and from a pipe.
@Suite struct RareSoundTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func noise(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var random = RandomNumbers(seed: seed)
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    }

    /// A format of libsndfile's by its parts: what holds it, how samples are stored, in which order.
    struct Format: Sendable, CustomTestStringConvertible {
        let name: String
        let parts: [Int]
        var testDescription: String { name }

        init(_ name: String, _ parts: Int...) { (self.name, self.parts) = (name, parts) }
    }

    private static let formats: [Format] = [
        Format("ircam", SF_FORMAT_IRCAM, SF_FORMAT_PCM_16),
        Format("ircam-big", SF_FORMAT_IRCAM, SF_ENDIAN_BIG, SF_FORMAT_FLOAT),
        Format("avr", SF_FORMAT_AVR, SF_FORMAT_PCM_16),
        Format("paf", SF_FORMAT_PAF, SF_ENDIAN_BIG, SF_FORMAT_PCM_16),
        Format("fap", SF_FORMAT_PAF, SF_ENDIAN_LITTLE, SF_FORMAT_PCM_16),
        Format("pvf", SF_FORMAT_PVF, SF_FORMAT_PCM_16),
        Format("mat4", SF_FORMAT_MAT4, SF_ENDIAN_LITTLE, SF_FORMAT_PCM_16),
        Format("mat4-big", SF_FORMAT_MAT4, SF_ENDIAN_BIG, SF_FORMAT_PCM_16),
        Format("mat5", SF_FORMAT_MAT5, SF_FORMAT_PCM_16),
        Format("wve", SF_FORMAT_WVE, SF_FORMAT_ALAW),
        Format("sds", SF_FORMAT_SDS, SF_FORMAT_PCM_16),
    ]

    @Test(arguments: formats)
    func whatLibsndfileReadsIsReadFromAPipe(format: Format) throws {
        let path = folder.path(format.name)
        let number = Int32(format.parts.reduce(0, |))
        try writeSound(path, sine(440, rate: 8000, count: 12_000), rate: 8000, channels: 1, format: number)
        let ways = try everyWay(Array(try Data(contentsOf: URL(fileURLWithPath: path))), in: folder)
        let file = try ways[0].get()
        #expect(file.count >= 12_000)
        #expect(errorDecibels(file[1000..<11_000], sine(440, rate: 8000, count: 12_000)[1000..<11_000]) < -25)
        for way in ways { #expect(try (way.get() == file) == true) }
    }

    /// Three frames and more, of so many bytes, behind these.
    private func frames(_ head: [UInt8], _ length: Int) -> [UInt8] {
        (0..<4).flatMap { head + noise(length - head.count, seed: UInt64($0) + 1) }
    }

    private func packets(_ start: Int, _ length: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        for index in 0..<12 {
            bytes += noise(start, seed: UInt64(index) + 1)
            bytes += [0x47, index % 4 == 0 ? 0x40 : 1, 0, 0x10 | UInt8(index)]
            bytes += noise(length - start - 4, seed: UInt64(index) + 90)
        }
        return bytes
    }

    private func named(_ name: String, _ rest: [UInt8]) -> [UInt8] { Array(name.utf8) + rest + noise(2000) }

    private func unread() -> [(name: String, bytes: [UInt8])] {
        let film = filmOfMP3
        // 48 kHz: 192 kilobits a second are 384 words of 16 bits; 44.1 kHz: they are 417.
        let slow: [UInt8] = [0x0b, 0x77, 1, 2, 0x14, 8 << 3, 7, 7, 7, 7]
        let fast: [UInt8] = [0x0b, 0x77, 1, 2, 0x54, 8 << 3, 7, 7, 7, 7]
        let enhanced: [UInt8] = [0x0b, 0x77, 1, 0xff, 0x3f, 16 << 3, 7, 7, 7, 7]
        let core: [UInt8] = [0x7f, 0xfe, 0x80, 1, 0xfc, 0x3c, 0x3f, 0xf0, 7, 7]
        let swapped: [UInt8] = [0xfe, 0x7f, 1, 0x80, 0x3c, 0xfc, 0xf0, 0x3f, 7, 7]
        var all: [(name: String, bytes: [UInt8])] = []
        all.append(("AC-3", frames(slow, 2 * 384)))
        all.append(("AC-3", frames(fast, 2 * 417)))
        all.append(("AC-3", frames(enhanced, 1024)))
        all.append(("DTS", frames(core, 1024)))
        all.append(("DTS", frames(swapped, 1024)))
        all.append(("AAC (LOAS)", frames([0x56, 0xe1, 0xfd, 7, 7, 7, 7, 7, 7, 7], 512)))
        all.append(("MPEG program stream", [0, 0, 1, 0xba, 0x44, 0, 4, 0, 4, 1] + noise(2000)))
        all.append(("MPEG program stream", [0, 0, 1, 0xba, 0x21, 0, 1, 0, 1, 0x80] + noise(2000)))
        all.append(("VOC", voice(blocks: 2)))
        all.append(("MPEG transport stream", packets(0, 188)))
        all.append(("MPEG transport stream", packets(4, 192)))
        all.append(("NUT", named("nut/multimedia container", [0])))
        all.append(("TTA", named("TTA1", [1, 0, 2, 0, 16, 0])))
        all.append(("Musepack", named("MPCK", [])))
        all.append(("Musepack", named("MP+", [0x17])))
        all.append(("FLV", named("FLV", [1, 4, 0, 0, 0, 9, 0, 0, 0, 0])))
        all.append(("IFF", named("FORM", [0, 0, 8, 0] + Array("MAUD".utf8))))
        all.append(("MP3 in MP4", film))
        all.append(("AAC in MP4", film.map { $0 == 0x6b ? 0x40 : $0 }))
        return all
    }

    /// A Creative Voice file at 8 kHz of eight bits.
    private func voice(blocks: Int) -> [UInt8] {
        var bytes = Array("Creative Voice File\u{1a}".utf8) + [0x1a, 0, 0x14, 1, 0x1f, 0x11]
        for index in 0..<blocks {
            bytes += index == 0 ? [1, 0xea, 3, 0, 131, 0] : [2, 0xe8, 3, 0]
            bytes += noise(1000)
        }
        return bytes + [0]
    }

    @Test func aVoiceOfOneBlockIsItsSamples() throws {
        let expected = noise(1000).map { (Float($0) - 128) / 128 }
        for way in try everyWay(voice(blocks: 1), in: folder) { #expect(try way.get() == expected) }
    }

    /// The beginning of a file as FFmpeg writes it, as far as it tells.
    private var filmOfMP3: [UInt8] {
        var bytes: [UInt8] = [0, 0, 0, 0x1c]
        bytes += Array("ftypisom".utf8)
        bytes += [UInt8](repeating: 0, count: 40)
        bytes += Array("mp4a".utf8)
        bytes += [UInt8](repeating: 0, count: 28)
        bytes += [0, 0, 0, 0x33]
        bytes += Array("esds".utf8)
        bytes += [0, 0, 0, 0, 3, 0x80, 0x80, 0x80, 0x22, 0, 1, 0, 4, 0x80, 0x80, 0x80, 0x14, 0x6b, 0x15]
        bytes += [UInt8](repeating: 0, count: 400)
        return bytes
    }

    @Test func whatIsNotReadIsNamed() throws {
        for (name, bytes) in unread() {
            for (index, way) in try everyWay(bytes, in: folder).enumerated() {
                let error = thrown(TacitError.self) { try way.get() }
                #expect(error?.kind == .badData, "\(name)")
                // Of a pipe, no more of an MP4 is looked at than its first bytes.
                let isLooked = index < 2 || !name.hasSuffix("in MP4")
                #expect(error?.reason.contains(isLooked ? name : "MP4") == true, "\(name): \(error?.reason ?? "")")
                #expect(error?.reason.contains("ffmpeg") == true)
            }
        }
    }

    /// Samples that begin so, and go on as samples do.
    @Test func rawSamplesAreNotTakenForThem() throws {
        func again(_ bytes: [UInt8]) -> [UInt8] {
            Array([[UInt8]](repeating: bytes, count: 8000 / bytes.count).joined())
        }
        // A tone of which 94 samples are all, and one sample over and over.
        var tone = noise(188)
        tone.replaceSubrange(0..<4, with: [0x47, 0x40, 0, 0x10])
        var raw: [[UInt8]] = []
        raw.append(again([0x0b, 0x77]))
        raw.append(again([0x47, 0x47]))
        raw.append(again(tone))
        raw.append(again([0x0b, 0x77, 1, 2, 0x14, 8 << 3, 7, 7]))
        raw.append(again([0x7f, 0xfe, 0x80, 1, 0xfc, 0x3c, 0x3f, 0xf0]))
        raw.append([0x0b, 0x77] + noise(7998))
        raw.append([0x47] + noise(7999))
        raw.append([0, 0, 1, 0xba, 0x44, 0, 0, 0, 0, 0] + noise(7990))
        raw.append([0x56, 0xe1, 0xfd] + noise(7997))
        raw.append([0x7f, 0xfe, 0x80, 1] + noise(7996))
        raw.append([0xf0, 0x7e, 0, 1] + noise(7996))
        raw.append(Array("TTA1".utf8) + [UInt8](repeating: 0xff, count: 7996))
        raw.append(Array("2BIT".utf8) + [UInt8](repeating: 0xff, count: 7996))
        // Silence but for the lowest bit, as a MATLAB file begins.
        raw.append([0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0] + [UInt8](repeating: 0, count: 7988))
        for bytes in raw {
            for way in try everyWay(bytes, in: folder).dropFirst() {
                #expect(try way.get().count == bytes.count / 2)
            }
        }
    }

    /// libsndfile writes more than eight channels so, which say nothing of where they belong.
    @Test func opusOfAnyChannelsIsNamed() throws {
        let path = folder.path("ten.opus")
        try writeSound(
            path, [Float](repeating: 0.1, count: 10 * 4800), rate: 48_000, channels: 10,
            format: Int32(SF_FORMAT_OGG | SF_FORMAT_OPUS))
        let error = thrown(TacitError.self) { try SoundFileSource(path: path) }
        #expect(error?.kind == .badData)
        #expect(error?.reason.contains("channel mapping family") == true && error?.reason.contains("ffmpeg") == true)
    }

    @Test func ratesFarApartAreNotConverted() {
        #expect(SoundSources.canResample(8000, to: 8000) && SoundSources.canResample(62, to: 15_872))
        #expect(!SoundSources.canResample(62, to: 16_000) && !SoundSources.canResample(0, to: 16_000))
        #expect(SoundSources.canResample(16_000 * 256, to: 16_000) && !SoundSources.canResample(4_096_001, to: 16_000))
    }
}
