import CTacitSndfile
import Foundation
import TacitDiagnostics
import TacitMedia
import TacitTestSupport
import Testing

/// What stands in front of a sound and behind it without being sound.
@Suite struct BytesBehindTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let rate = 16_000
    private static let samples = Sounds.glide(samples: 24_001)
    private static let expected = samples.map { Float($0) / 32768 }
    private static let wave = WaveFile.bytes(samples, rate: UInt32(rate))
    /// No names of chunks.
    private static let noise = [UInt8](repeating: 0x93, count: 20_000)
    private static let zeros = [UInt8](repeating: 0, count: 20_000)

    private func read(_ bytes: [UInt8]) throws -> (samples: [Float], damage: SoundDamage) {
        try read(path: try folder.write("sound", bytes))
    }

    private func read(path: String) throws -> (samples: [Float], damage: SoundDamage) {
        let source = try SoundFileSource(path: path)
        return (try Drained(source).samples, source.damage)
    }

    private func encoded(_ format: Int) throws -> [UInt8] {
        let path = folder.path("encoded")
        try writeSound(path, Self.expected, rate: Self.rate, channels: 1, format: Int32(format))
        return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    private func chunk(_ name: String, _ body: [UInt8], size: UInt32? = nil) -> [UInt8] {
        Array(name.utf8) + littleEndian(size ?? UInt32(body.count)) + body
    }

    @Test func whatIsBehindAFinishedWAVIsNoSound() throws {
        let inside = Array(Self.wave[12...]) + chunk("LIST", Array("INFOeven".utf8))
        let listed = Array("RIFF".utf8) + littleEndian(UInt32(inside.count + 4)) + Array("WAVE".utf8) + inside
        let data = Array(Self.wave[44...])
        var long = chunk("ds64", [UInt8](repeating: 0, count: 28))
        long += Array(Self.wave[12..<36]) + chunk("data", data, size: .max)
        long.replaceSubrange(8..<16, with: littleEndian(UInt64(long.count + 4)))
        long.replaceSubrange(16..<24, with: littleEndian(UInt64(data.count)))
        let rf64 = Array("RF64".utf8) + littleEndian(UInt32.max) + Array("WAVE".utf8) + long
        for (name, bytes) in [("plain", Self.wave), ("with a list", listed), ("RF64", rf64)] {
            let filled = try read(bytes + Self.zeros)
            #expect(filled.samples == Self.expected && filled.damage.isNone, "\(name): \(filled.damage)")
            let (samples, damage) = try read(bytes + Self.noise)
            #expect(samples == Self.expected, "\(name): \(samples.count)")
            #expect(damage.skippedBytes == Self.noise.count, "\(name): \(damage)")
            #expect(damage.firstSkipTime == Double(Self.samples.count) / Double(Self.rate))
        }
        for way in try everyWay(Self.wave + Self.zeros.prefix(8000), in: folder, rate: Self.rate) {
            #expect(try (way.get() == Self.expected) == true)
        }
    }

    /// A byte that fills up the samples, counted in the form or not.
    @Test func aFormOfOddLengthIsFinished() throws {
        let format = littleEndian(UInt16(1)) + littleEndian(UInt16(1)) + littleEndian(UInt32(Self.rate))
        let body = chunk("fmt ", format + littleEndian(UInt32(Self.rate)) + [1, 0, 8, 0])
        let chunks = Array("WAVE".utf8) + body + chunk("data", [UInt8](repeating: 0x90, count: 3001))
        for counted in [0, 1] {
            let form = Array("RIFF".utf8) + littleEndian(UInt32(chunks.count + counted)) + chunks + [0]
            let (samples, damage) = try read(form + Self.zeros)
            #expect(samples.count == 3001 && damage.isNone, "\(damage)")
        }
    }

    @Test func tagsAndOtherWavesBehindAreWhatTheyAre() throws {
        let tag = Array("ID3\u{4}\0\0".utf8) + [0, 0, 0x4e, 0x10] + [UInt8](repeating: 7, count: 10_000)
        let tagged = try read(Self.wave + tag)
        #expect(tagged.samples == Self.expected && tagged.damage.isNone, "\(tagged.damage)")
        #expect(try read(Self.wave + tag + Self.wave).samples == Self.expected + Self.expected)
        #expect(try read(Self.wave + Self.wave + Self.zeros).samples == Self.expected + Self.expected)
    }

    /// Where the lengths disagree, or are none, samples came behind a header that did not know of them.
    @Test func whatIsBehindAnyOtherWAVIsSound() throws {
        for size: UInt32 in [0, 36, 5000, 0x7fff_ffff, .max] {
            var bytes = Self.wave
            bytes.replaceSubrange(4..<8, with: littleEndian(size))
            #expect(try read(bytes + Self.noise).samples.count == Self.samples.count + Self.noise.count / 2, "\(size)")
        }
    }

    @Test(arguments: [
        (SF_FORMAT_W64, SF_FORMAT_PCM_16), (SF_FORMAT_SVX, SF_FORMAT_PCM_16), (SF_FORMAT_AIFF, SF_FORMAT_PCM_16),
        (SF_FORMAT_AU, SF_FORMAT_PCM_16), (SF_FORMAT_CAF, SF_FORMAT_PCM_16), (SF_FORMAT_WAV, SF_FORMAT_IMA_ADPCM),
    ])
    func whatIsBehindOtherKindsIsNoSound(container: Int, coding: Int) throws {
        let bytes = try encoded(container | coding)
        let whole = try read(bytes).samples
        for behind in [Self.zeros, Self.noise] { #expect(try read(bytes + behind).samples == whole) }
    }

    /// A file of which only these parts take room.
    private func sparse(_ parts: [(place: Int, bytes: [UInt8])]) throws -> String {
        let path = try folder.write("sparse", [UInt8]())
        let file = try #require(FileHandle(forWritingAtPath: path))
        for part in parts {
            try file.seek(toOffset: UInt64(part.place))
            try file.write(contentsOf: Data(part.bytes))
        }
        try file.close()
        return path
    }

    /// Of a file beyond 4 GiB some programs write the lengths modulo that: it is sound up to its end.
    @Test func wrappedLengthsAreNotTheEnd() throws {
        let path = try sparse([(0, Self.wave), (1 << 32 + Self.wave.count - 1, [0])])
        let source = try SoundFileSource(path: path)
        let room = UnsafeMutableBufferPointer<Float>.allocate(capacity: 4096)
        defer { room.deallocate() }
        var count = 0
        while count <= Self.expected.count + 8192, case .samples(let read) = try source.read(into: room) {
            count += read
        }
        #expect(count > Self.expected.count + 8192)
    }

    /// Samples, and text that looks like a chunk.
    @Test func whatLooksLikeChunksBehindIsNoSound() throws {
        for name in ["data", "wavl", "text"] {
            let behind = chunk(name, [UInt8](repeating: 0x31, count: 20_000))
            let (samples, damage) = try read(Self.wave + behind)
            #expect(samples == Self.expected && damage.skippedBytes == behind.count, "\(name): \(damage)")
        }
        let listed = try read(Self.wave + chunk("LIST", [UInt8](repeating: 0x31, count: 20_000)))
        #expect(listed.samples == Self.expected && listed.damage.isNone)
    }

    /// However long a file claims to be.
    @Test(arguments: [SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, SF_FORMAT_FLAC | SF_FORMAT_PCM_16])
    func zerosArePassedOverUpToABound(format: Int) throws {
        let bytes = try encoded(format)
        let whole = try read(bytes).samples
        let far = 66 << 20
        let behind = try read(path: try sparse([(0, bytes), (far, bytes)]))
        #expect(behind.samples == whole && behind.damage.isNone, "\(behind.damage)")
        let path = try sparse([(far, bytes)])
        let error = thrown(TacitError.self) { try SoundFileSource(path: path) }
        #expect(error?.kind == .badData)
    }

    /// Files of the kernel state no length and have bytes nevertheless, some of them only once something happens.
    @Test(arguments: ["/proc/version", "/proc/loadavg"])
    func filesOfTheKernelAreEmpty(path: String) throws {
        let error = thrown(TacitError.self) { try SoundFileSource(path: path) }
        #expect(error?.kind == .badData && error?.reason.contains("empty") == true, "\(String(describing: error))")
        let seen = FirstBytes.withBytes(of: path) { $0.count }
        #expect(seen == 0)
    }
}
