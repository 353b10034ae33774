import CTacitSndfile
import Foundation
import TacitDiagnostics
import TacitMedia
import TacitTestSupport
import Testing

/// Sounds whose headers say nothing, or something wrong, of their length: read whole.
@Suite struct SoundLengthTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let samples: [Int16] = Sounds.glide(samples: 24_001)
    private static let expected = samples.map { Float($0) / 32768 }

    private func encoded(_ format: Int, rate: Int = 16_000, seed: UInt64 = 1) throws -> [UInt8] {
        let path = folder.path("encoded")
        let floats = Sounds.glide(samples: 24_001, seed: seed).map { Float($0) / 32768 }
        try writeSound(path, floats, rate: rate, channels: 1, format: Int32(format))
        return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    private func decoded(_ bytes: [UInt8], _ name: String = "sound") throws -> [Float] {
        try Drained(try SoundFileSource(path: try folder.write(name, bytes))).samples
    }

    private static let wave = WaveFile.bytes(samples, rate: 16_000)
    private static let data = Array(wave[44...])

    private func chunk(_ name: String, _ body: [UInt8], size: UInt32? = nil, pads: Bool = true) -> [UInt8] {
        Array(name.utf8) + littleEndian(size ?? UInt32(body.count)) + body + (pads && body.count % 2 == 1 ? [0] : [])
    }

    private func riff(_ chunks: [UInt8], form: String = "RIFF") -> [UInt8] {
        Array(form.utf8) + littleEndian(UInt32.max) + Array("WAVE".utf8) + chunks
    }

    private static let id3 = Array("ID3\u{4}\0\0\0\0\u{1}\u{2}".utf8) + [UInt8](repeating: 7, count: 130)
    private static let id3v1 = Array("TAG".utf8) + [UInt8](repeating: 32, count: 125)

    @Test func wavesAreReadWhole() throws {
        let format = Array(Self.wave[12..<36])
        let half = Self.data.count / 2 & ~1
        let ds64 = chunk(
            "ds64",
            littleEndian(UInt64(0)) + littleEndian(UInt64(Self.data.count)) + littleEndian(UInt64(0))
                + littleEndian(UInt32(0)))
        let open64 = chunk("ds64", [UInt8](repeating: 0, count: 28))
        let list = chunk("LIST", Array("INFOodd".utf8))
        let files: [(String, [UInt8])] = [
            ("length 0", riff(format + chunk("data", Self.data, size: 0))),
            ("all ones", riff(format + chunk("data", Self.data, size: .max))),
            ("too long", riff(format + chunk("data", Self.data, size: 0x7fff_0000))),
            ("too short", riff(format + chunk("data", Self.data, size: 1000))),
            (
                "two chunks",
                riff(format + chunk("data", Array(Self.data[..<half])) + chunk("data", Array(Self.data[half...])))
            ),
            (
                "two chunks with a list between",
                riff(
                    format + chunk("data", Array(Self.data[..<half])) + list + chunk("data", Array(Self.data[half...])))
            ),
            ("an empty chunk first", riff(format + chunk("data", []) + chunk("data", Self.data))),
            ("odd chunks", riff(list + format + list + chunk("data", Self.data) + list)),
            (
                "an odd chunk that is not padded",
                riff(format + chunk("LIST", [1, 2, 3], pads: false) + chunk("data", Self.data))
            ),
            (
                "names that are none",
                riff(
                    chunk("\u{e9}\u{1}z", [1, 2, 3]) + format + chunk("\u{1}\u{2}\u{3}\u{4}", [])
                        + chunk("\u{ff}\u{fe}", [5]) + chunk("data", Self.data))
            ),
            (
                "chunks that are not padded",
                riff(
                    chunk("XYZW", [1, 2, 3], pads: false) + format + chunk("qqqq", [1], pads: false)
                        + chunk("LIST", Array("INFOx".utf8), pads: false) + chunk("data", Self.data))
            ),
            ("not padded in front of fmt", riff(chunk("JUNK", [9], pads: false) + format + chunk("data", Self.data))),
            ("LIST behind", riff(format + chunk("data", Self.data) + list)),
            ("RF64", riff(ds64 + format + chunk("data", Self.data, size: .max), form: "RF64")),
            ("BW64 of no length", riff(open64 + format + chunk("data", Self.data, size: .max), form: "BW64")),
            ("ID3 in front", Self.id3 + Self.wave), ("ID3v1 behind", Self.wave + Self.id3v1),
        ]
        for (name, bytes) in files { #expect(try decoded(bytes) == Self.expected, "\(name)") }
        #expect(try decoded(Self.wave + Self.wave) == Self.expected + Self.expected)
    }

    @Test func flacIsReadWhole() throws {
        let flac = try encoded(SF_FORMAT_FLAC | SF_FORMAT_PCM_16)
        var open = flac
        open[21] &= 0xf0
        for index in 22...25 { open[index] = 0 }
        for (name, bytes) in [
            ("of unknown length", open), ("unknown, ID3v1 behind", open + Self.id3v1),
            ("ID3v1 behind", flac + Self.id3v1),
            ("ID3 in front", Self.id3 + flac),
        ] { #expect(try decoded(bytes) == Self.expected, "\(name)") }
        #expect(try decoded(flac + flac) == Self.expected + Self.expected)
    }

    /// By the lengths of blocks that the header states libFLAC numbers the frames.
    @Test(arguments: [[0, 0, 0, 0], [0, 16, 0xff, 0xff]] as [[UInt8]])
    func flacOfUnstatedBlocksLacksNothing(sizes: [UInt8]) throws {
        var flac = try encoded(SF_FORMAT_FLAC | SF_FORMAT_PCM_16)
        flac.replaceSubrange(8..<12, with: sizes)
        let source = try SoundFileSource(path: try folder.write("blocks.flac", flac))
        #expect((try Drained(source).samples == Self.expected) == true)
        #expect(source.damage.lackingSeconds == 0 && source.damage.lostSeconds == 0)
    }

    /// What a server said before it sent the file, saved with it.
    @Test func beginningsAreFoundBehindOtherBytes() throws {
        let answer = Array("HTTP/1.0 200 OK\r\nContent-Type: application/ogg\r\n\r\n".utf8)
        for format in [SF_FORMAT_FLAC | SF_FORMAT_PCM_16, SF_FORMAT_OGG | SF_FORMAT_VORBIS] {
            let bytes = try encoded(format)
            let whole = try decoded(bytes)
            #expect(try decoded(answer + bytes) == whole)
            #expect(try decoded([UInt8](repeating: 7, count: 40_000) + bytes) == whole)
            for zeros in [1, 3000] {
                for way in try everyWay([UInt8](repeating: 0, count: zeros) + bytes, in: folder, rate: 16_000) {
                    #expect((try way.get() == whole) == true)
                }
            }
        }
        // A WAV only behind text: other files may hold one amid them.
        for way in try everyWay(answer + Self.wave, in: folder, rate: 16_000) {
            #expect((try way.get() == Self.expected) == true)
        }
        #expect(throws: TacitError.self) { try decoded([UInt8](repeating: 7, count: 40_000) + Self.wave) }
    }

    @Test func anAUFileOfLengthZeroIsUpToTheEnd() throws {
        var bytes = try encoded(SF_FORMAT_AU | SF_FORMAT_PCM_16)
        #expect(try decoded(bytes) == Self.expected)
        for size: UInt8 in [0, 0xff] {
            bytes.replaceSubrange(8..<12, with: [size, size, size, size])
            #expect(try decoded(bytes) == Self.expected)
        }
    }

    @Test(arguments: [SF_FORMAT_CAF, SF_FORMAT_AIFF])
    func anOpenLengthIsUpToTheEnd(container: Int) throws {
        var bytes = try encoded(container | SF_FORMAT_PCM_16)
        let name = Array((container == SF_FORMAT_CAF ? "data" : "SSND").utf8)
        let place = try #require((0..<4200).first { bytes[$0..<$0 + 4].elementsEqual(name) })
        let size = container == SF_FORMAT_CAF ? 8 : 4
        bytes.replaceSubrange(place + 4..<place + 4 + size, with: [UInt8](repeating: 0xff, count: size))
        #expect(try decoded(bytes) == Self.expected)
    }

    /// Links with one serial number (a file joined to itself), and with other codecs and rates.
    @Test func linksOfOggAreReadOneAfterAnother() throws {
        let vorbis = try encoded(SF_FORMAT_OGG | SF_FORMAT_VORBIS)
        let other = try encoded(SF_FORMAT_OGG | SF_FORMAT_VORBIS, rate: 8_000, seed: 2)
        let opus = try encoded(SF_FORMAT_OGG | SF_FORMAT_OPUS, seed: 3)
        let (first, second, third) = (try decoded(vorbis), try decoded(other), try decoded(opus))
        #expect(first.count == 24_001)
        #expect(second.count == 24_001)
        #expect(abs(third.count - 72_003) <= 3)
        #expect(try decoded(vorbis + vorbis) == first + first)
        #expect(try decoded(opus + opus) == third + third)
        // At the first one's rate: twice as many, a third.
        let mixed = try decoded(vorbis + other + opus)
        #expect(Array(mixed[..<24_001]) == first)
        #expect(abs(mixed.count - (24_001 + 48_002 + third.count / 3)) <= 2)
        // Garbage between pages is passed over.
        #expect(try decoded(vorbis + [1, 2, 3] + vorbis) == first + first)
    }

    @Test func mp3IsReadWhole() throws {
        let tagged = try encoded(SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III)
        let whole = try decoded(tagged)
        #expect(whole.count == 24_001)
        // The frames behind the one with the header that knows their number.
        let second = try #require(
            (100..<2000).first {
                tagged[$0] == 0xff && tagged[$0 + 1] == tagged[1] && tagged[$0 + 2] & 0x0c == tagged[2] & 0x0c
            })
        let bare = Array(tagged[second...])
        let frames = try decoded(bare)
        #expect(frames.count % 576 == 0)
        #expect(frames.count >= 24_001 + 1105)
        #expect(Array(frames[1105..<1105 + 24_001]) == whole)
        for (name, bytes) in [
            ("zeros in front", [UInt8](repeating: 0, count: 100_000) + bare), ("ID3 in front", Self.id3 + bare),
            ("two tags in front", Self.id3 + Self.id3 + bare), ("ID3v1 behind", bare + Self.id3v1),
            ("zeros behind", bare + [UInt8](repeating: 0, count: 9000)),
            ("the end of a frame in front", Array(bare[(bare.count - 77)...]) + bare),
        ] { #expect(try decoded(bytes).count == frames.count, "\(name)") }
        #expect(try abs(decoded(bare + bare).count - 2 * frames.count) <= 576)
        #expect(try decoded(tagged + tagged).count >= 2 * whole.count)
        // Fraunhofer's header takes a first frame up, in which there is no sound.
        var vbri = [bare[0], bare[1], 0x80 | bare[2] & 0x0d, bare[3]] + [UInt8](repeating: 0, count: 32)
        vbri += Array("VBRI".utf8) + [0, 1, 0, 0, 0, 50] + littleEndian(UInt32(0)) + littleEndian(UInt32(0))
        vbri += [UInt8](repeating: 0, count: frameBytes(vbri) - vbri.count)
        #expect(try decoded(vbri + bare).count == frames.count)
        // What the header says of the number of frames is not believed.
        let info = try #require(
            (0..<60).first {
                tagged[$0..<$0 + 4].elementsEqual("Info".utf8) || tagged[$0..<$0 + 4].elementsEqual("Xing".utf8)
            })
        for count: [UInt8] in [[0, 0, 0, 0], [0, 0, 0, 3], [255, 255, 255, 255]] {
            var wrong = tagged
            wrong.replaceSubrange(info + 8..<info + 12, with: count)
            #expect(try decoded(wrong).count >= whole.count)
        }
        // At another rate, and of two channels.
        let path = folder.path("other.mp3")
        try writeSound(
            path, Self.expected.flatMap { [$0, $0] }, rate: 44_100, channels: 2,
            format: Int32(SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III))
        let other = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        #expect(try abs(decoded(bare + other).count - (frames.count + (24_001 + 1152) * 160 / 441)) < 1500)
    }

    /// Of a frame of layer III with 64 kbit/s by MPEG 2.
    private func frameBytes(_ header: [UInt8]) -> Int {
        72 * 64_000 / [22_050, 24_000, 16_000][Int(header[2] >> 2 & 3)]
    }

    /// Against FFmpeg's decoders, sample by sample.
    @Test(
        .enabled(if: FFmpeg.isThere, "ffmpeg is not installed"),
        arguments: [
            ("mp3", [SF_FORMAT_MPEG, SF_FORMAT_MPEG_LAYER_III]), ("ogg", [SF_FORMAT_OGG, SF_FORMAT_VORBIS]),
            ("opus", [SF_FORMAT_OGG, SF_FORMAT_OPUS]), ("flac", [SF_FORMAT_FLAC, SF_FORMAT_PCM_24]),
            ("wav", [SF_FORMAT_WAV, SF_FORMAT_PCM_24]), ("wav", [SF_FORMAT_WAV, SF_FORMAT_ULAW]),
            ("wav", [SF_FORMAT_WAV, SF_FORMAT_ALAW]), ("wav", [SF_FORMAT_WAV, SF_FORMAT_DOUBLE]),
            ("wav", [SF_FORMAT_WAV, SF_FORMAT_PCM_U8]), ("wav", [SF_FORMAT_WAV, SF_FORMAT_PCM_32]),
        ] as [(String, [Int])])
    func samplesAreThoseOfFFmpeg(suffix: String, format: [Int]) throws {
        let bytes = try encoded(format.reduce(0, |))
        let path = try folder.write("sound." + suffix, bytes)
        // FFmpeg has an Opus decoder of its own, which makes other noise than the reference.
        let theirs = try #require(FFmpeg.samples(path, decoder: suffix == "opus" ? "libopus" : nil))
        let ours = try decoded(bytes, "sound." + suffix)
        #expect(ours.count == theirs.count)
        let worst = zip(ours, theirs).map { abs($0 - $1) }.max() ?? 1
        #expect(worst < 2e-5, "\(worst)")
    }

    @Test(
        .enabled(if: FFmpeg.isThere, "ffmpeg is not installed"),
        arguments: [
            ["-c:a", "flac", "x.oga"], ["-c:a", "mp2", "x.mp2"],
            ["-c:a", "libmp3lame", "-q:a", "5", "-write_xing", "0", "x.mp3"],
            ["-c:a", "libmp3lame", "-ac", "2", "-joint_stereo", "1", "-b:a", "64k", "x.mp3"],
            ["-ac", "6", "-c:a", "pcm_s16le", "x.wav"], ["-c:a", "pcm_s16le", "x.w64"],
            ["-c:a", "pcm_f32le", "x.w64"], ["-ac", "2", "-c:a", "pcm_f64le", "x.w64"],
            ["-ac", "3", "-c:a", "pcm_s24le", "x.w64"],
        ])
    func whatFFmpegWritesIsRead(arguments: [String]) throws {
        let source = try folder.write("source.wav", Self.wave)
        let path = folder.path(try #require(arguments.last))
        #expect(FFmpeg.convert(source, Array(arguments.dropLast()), to: path))
        let file = try SoundFileSource(path: path)
        let theirs = try #require(FFmpeg.samples(path, channels: file.channels))
        let ours = try Drained(file).samples
        #expect(ours.count == theirs.count)
        #expect((zip(ours, theirs).map { abs($0 - $1) }.max() ?? 1) < 1e-4)
    }

    /// Chunks behind the samples of a Wave64 are no samples, however long, and wherever they begin.
    @Test(.enabled(if: FFmpeg.isThere, "ffmpeg is not installed"), arguments: [0, 8, 100_000], [0, 2])
    func chunksBehindWave64(extra: Int, cut: Int) throws {
        let source = try folder.write("source.wav", Self.wave.dropLast(cut))
        let path = folder.path("x.w64")
        #expect(FFmpeg.convert(source, ["-c:a", "pcm_f32le"], to: path))
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        let name: [UInt8] = [
            0xab, 0xf7, 0x62, 0x56, 0x39, 0x2d, 0xd2, 0x11, 0x86, 0xc7, 0, 0xc0, 0x4f, 0x8e, 0xdb, 0x8a,
        ]
        let size = withUnsafeBytes(of: UInt64(24 + extra).littleEndian) { Array($0) }
        let padding = [UInt8](repeating: 0, count: (8 - bytes.count % 8) % 8)
        let chunk = name + size + [UInt8](repeating: 0x7e, count: extra)
        let samples = try decoded(bytes, "a.w64")
        // FFmpeg counts what fills its samples up to eight bytes among them.
        let theirs = try #require(FFmpeg.samples(path))
        #expect(samples.count == theirs.count)
        #expect(try decoded(bytes + padding + chunk, "b.w64") == samples)
    }

    /// What is not read is named, with what helps; nothing of a library's insides.
    @Test func whatIsNotReadIsNamed() throws {
        let cases: [(String, [UInt8], String)] = [
            ("a.m4a", [0, 0, 0, 24] + Array("ftypM4A ....mp4a".utf8) + [UInt8](repeating: 0, count: 99), "AAC in MP4"),
            ("a.amr", Array("#!AMR\n".utf8) + [4, 5, 6, 7, 8, 9, 1, 2, 3, 4], "AMR"),
            ("a.webm", [0x1a, 0x45, 0xdf, 0xa3] + [UInt8](repeating: 9, count: 99), "WebM"),
            ("a.wma", [0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11] + [UInt8](repeating: 9, count: 99), "WMA"),
            ("a.png", [0x89, 0x50, 0x4e, 0x47] + [UInt8](repeating: 9, count: 99), "PNG"),
            ("a.txt", Array("no sound at all, only words".utf8), "no sound of a format that is read here"),
            ("a.wav", Array(Self.wave[..<30]), "ends in its header"),
            ("a.mp3", Sounds.silentMP3(frames: 1), "too short"),
        ]
        for (name, bytes, words) in cases {
            let path = try folder.write(name, bytes)
            do {
                _ = try Drained(try SoundFileSource(path: path))
                Issue.record("\(name) was read")
            } catch let error as TacitError {
                #expect(error.kind == .badData)
                #expect(error.reason.contains(words), "\(error)")
                #expect(!error.description.contains("\n"))
            }
        }
    }
}
