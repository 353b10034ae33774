import CTacitSndfile
import Foundation
import TacitDiagnostics
import TacitMedia
import TacitTestSupport
import Testing

@Suite struct SoundFileSourceTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func samples(_ count: Int, seed: UInt64 = 1) -> [Int16] {
        var random = RandomNumbers(seed: seed)
        return [.min, .max, 0, -1, 1] + (5..<max(count, 5)).map { _ in Int16.random(in: .min ... .max, using: &random) }
    }

    @Test(arguments: [8000, 11025, 16000, 22050, 44100, 48000, 96000], [1, 2, 6])
    func aWavIsItsSamples(rate: Int, channels: Int) throws {
        let samples = samples(5000 * channels)
        let path = try folder.write("a.wav", WaveFile.bytes(samples, rate: UInt32(rate), channels: UInt16(channels)))
        let source = try SoundFileSource(path: path)
        #expect(source.sampleRate == rate)
        #expect(source.channels == channels)
        let expected = stride(from: 0, to: samples.count, by: channels).map { start in
            Float(samples[start..<start + channels].reduce(0) { $0 + Int($1) }) / 32768 / Float(channels)
        }
        #expect(try Drained(source, room: 777).samples == expected)
        #expect(source.position == expected.count)
    }

    @Test(arguments: [
        ("pcm24.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_24, -130.0), ("float.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, -290),
        ("pcm8.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_U8, -38), ("adpcm.wav", SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM, -20),
        ("a.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_16, -80), ("a.au", SF_FORMAT_AU | SF_FORMAT_PCM_16, -80),
        ("a.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, -80), ("a.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, -15),
    ])
    func everyFormatIsRead(name: String, format: Int, error: Double) throws {
        for channels in [1, 2] {
            let mono = sine(440, rate: 44100, count: 30000)
            let path = folder.path(name)
            try writeSound(
                path, mono.flatMap { [Float](repeating: $0, count: channels) }, rate: 44100, channels: channels,
                format: Int32(format))
            let source = try SoundFileSource(path: path)
            let actual = try Drained(source).samples
            #expect(source.channels == channels)
            #expect(source.sampleRate == 44100)
            #expect(actual.count == mono.count || name == "adpcm.wav")
            #expect(errorDecibels(actual[1000..<29000], mono[1000..<29000]) < error)
        }
    }

    /// Lossy, and its encoder and decoder delay the sound: compared by its spectrum.
    @Test func mp3IsRead() throws {
        let path = folder.path("a.mp3")
        try writeSound(
            path, sine(1000, rate: 44100, count: 60000), rate: 44100, channels: 1,
            format: Int32(SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III))
        let samples = try Drained(try SoundFileSource(path: path)).samples[10000..<54100]
        var real = 0.0
        var imaginary = 0.0
        var power = 0.0
        for (index, sample) in samples.enumerated() {
            real += Double(sample) * cos(2 * .pi * 1000 * Double(index) / 44100)
            imaginary += Double(sample) * sin(2 * .pi * 1000 * Double(index) / 44100)
            power += Double(sample) * Double(sample)
        }
        let amplitude = 2 * sqrt(real * real + imaginary * imaginary) / Double(samples.count)
        #expect(abs(amplitude - 0.5) < 0.02)
        #expect(power / Double(samples.count) < 1.1 * amplitude * amplitude / 2)
    }

    private func kind(of path: String) -> TacitError.Kind? {
        do {
            _ = try Drained(try SoundFileSource(path: path))
            return nil
        } catch let error as TacitError {
            // One line that names the file and says something.
            let line = error.description
            if !line.hasPrefix(path + ": ") || line.contains("\n") { return nil }
            return error.kind
        } catch {
            return nil
        }
    }

    @Test func whatIsNoInputSaysSo() throws {
        #expect(kind(of: folder.path("absent.wav")) == .noInput)
        #expect(kind(of: folder.path) == .noInput)
        #expect(kind(of: "/dev/null") == .noInput)
        let locked = try folder.write("locked.wav", WaveFile.bytes([1, 2, 3], rate: 8000))
        chmod(locked, 0)
        // Whoever may read everything may read this too.
        #expect(kind(of: locked) == (access(locked, R_OK) == 0 ? nil : .noInput))
    }

    /// Where a header's length of a frame does not fit, channels and bits count, as FFmpeg and SoX have it; but for samples of
    /// up to 24 bits in four bytes.
    @Test(arguments: [(16, 0), (16, 4), (16, 8), (16, 1), (12, 4), (24, 4)])
    func framesOfAWrongLengthAreWhatTheirChannelsTake(bits: Int, stated: UInt8) throws {
        var bytes = WaveFile.bytes(samples(4000), rate: 16000, bitsPerSample: UInt16(bits))
        bytes[32] = stated
        let all = samples(4000)
        let expected =
            bits == 24
            ? stride(from: 0, to: 4000, by: 2).map {
                Float(Int32(truncatingIfNeeded: Int(all[$0 + 1]) << 16 | Int(UInt16(bitPattern: all[$0]))))
                    / 2_147_483_648
            } : all.map { Float($0) / 32768 }
        #expect(try Drained(try SoundFileSource(path: try folder.write("frames.wav", bytes))).samples == expected)
    }

    @Test func brokenSoundsAreBadData() throws {
        var random = RandomNumbers(seed: 9)
        let noise = (0..<5000).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        let good = WaveFile.bytes(samples(4000), rate: 16000)
        let bad: [(String, [UInt8])] = [
            ("empty.wav", []), ("noise.wav", noise), ("text.wav", Array("RIFF this is no sound".utf8)),
            ("noise.raw", noise), ("noise.gsm", noise), ("noise.vox", noise),
            ("header.wav", Array(good[..<20])), ("none.wav", WaveFile.bytes([], rate: 16000)),
            ("rate0.wav", WaveFile.bytes(samples(100), rate: 0)),
            ("channels0.wav", WaveFile.bytes(samples(100), rate: 16000, channels: 0)),
            ("channels-many.wav", WaveFile.bytes(samples(100), rate: 16000, channels: 60000)),
            ("bits.wav", WaveFile.bytes(samples(100), rate: 16000, bitsPerSample: 61)),
            ("codec.wav", WaveFile.bytes(samples(100), rate: 16000, format: 0x7777)),
        ]
        for (name, bytes) in bad {
            #expect(kind(of: try folder.write(name, bytes)) == .badData, "\(name)")
        }
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity, 3e38, -1e10])
    func whatIsNoSampleIsBadData(value: Float) throws {
        for channels in [1, 2] {
            var samples = sine(440, rate: 8000, count: 3000)
            samples[2001] = value
            let path = folder.path("float.wav")
            try writeSound(
                path, samples, rate: 8000, channels: channels, format: Int32(SF_FORMAT_WAV | SF_FORMAT_FLOAT))
            let place = "sample \(2001 / channels)"
            do {
                _ = try Drained(try SoundFileSource(path: path))
                Issue.record("read without an error")
            } catch let error as TacitError {
                #expect(error.kind == .badData)
                #expect(error.place == place)
            }
        }
    }

    /// Headers of recorders that were stopped promise too much; what is there counts.
    @Test(arguments: [UInt32(9000), 0x7fff_ffff, .max, 0])
    func aWavWithAWrongLengthIsWhatIsThere(stated: UInt32) throws {
        let samples = samples(2000)
        let path = try folder.write(
            "stated.wav", WaveFile.bytes(samples, rate: 8000, statedDataBytes: stated))
        #expect(try Drained(try SoundFileSource(path: path)).samples == samples.map { Float($0) / 32768 })
    }

    /// Cut anywhere, a sound is either read in part or refused with one line.
    @Test(arguments: [
        ("a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16), ("a.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16),
        ("a.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS), ("a.mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III),
    ])
    func cutAndSpoiltSoundsNeverCrash(name: String, format: Int) throws {
        let path = folder.path(name)
        try writeSound(path, sine(440, rate: 44100, count: 40000), rate: 44100, channels: 1, format: Int32(format))
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        for length in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 60)) {
            let kind = kind(of: try folder.write("cut-" + name, bytes[..<length]))
            #expect(kind == nil || kind == .badData)
            if length == 0 { #expect(kind == .badData) }
            // What FLAC lacks is told.
            if name == "a.flac", kind == nil {
                let source = try SoundFileSource(path: folder.path("cut-" + name))
                _ = try Drained(source)
                #expect(source.damage.lackingSeconds > 0, "cut at \(length)")
            }
        }
        var random = RandomNumbers(seed: 10)
        for _ in 0..<200 {
            var spoilt = bytes
            for _ in 0..<3 {
                let index = Int.random(in: 0..<min(bytes.count, 400), using: &random)
                spoilt[index] = .random(in: .min ... .max, using: &random)
            }
            let kind = kind(of: try folder.write("spoilt-" + name, spoilt))
            #expect(kind == nil || kind == .badData)
        }
    }
}
