import CTacitSndfile
import Foundation
import TacitMedia
import TacitTestSupport
import Testing

/// Sounds whose headers state their length: what lacks of it is told, where it is a length that somebody has counted.
@Suite struct CutSoundTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let rate = 16_000
    private static let count = 64_000

    private func encoded(_ format: Int, count: Int = count) throws -> [UInt8] {
        let path = folder.path("encoded")
        let samples = Sounds.glide(samples: count).map { Float($0) / 32768 }
        try writeSound(path, samples, rate: Self.rate, channels: 1, format: Int32(format))
        return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    private func read(_ bytes: [UInt8]) throws -> (samples: [Float], damage: SoundDamage) {
        let source = try SoundFileSource(path: try folder.write("sound", bytes))
        return (try Drained(source).samples, source.damage)
    }

    private func place(of name: String, in bytes: [UInt8]) throws -> Int {
        try #require((0..<5000).first { bytes[$0...].starts(with: Array(name.utf8)) })
    }

    @Test(arguments: [
        (SF_FORMAT_AIFF, SF_FORMAT_PCM_16), (SF_FORMAT_AIFF, SF_FORMAT_PCM_24), (SF_FORMAT_AIFF, SF_FORMAT_FLOAT),
        (SF_FORMAT_AU, SF_FORMAT_PCM_16), (SF_FORMAT_AU, SF_FORMAT_ULAW), (SF_FORMAT_CAF, SF_FORMAT_PCM_16),
        (SF_FORMAT_W64, SF_FORMAT_PCM_16), (SF_FORMAT_W64, SF_FORMAT_PCM_24), (SF_FORMAT_SVX, SF_FORMAT_PCM_16),
        (SF_FORMAT_WAV, SF_FORMAT_IMA_ADPCM), (SF_FORMAT_WAV, SF_FORMAT_MS_ADPCM),
    ])
    func whatLacksOfAStatedLengthIsTold(container: Int, coding: Int) throws {
        let bytes = try encoded(container | coding)
        let whole = try read(bytes)
        #expect(whole.damage.isNone, "\(whole.damage)")
        for share in [0.2, 0.5, 0.9] {
            let (samples, damage) = try read(Array(bytes[..<Int(Double(bytes.count) * share)]))
            #expect(samples.count < whole.samples.count && !samples.isEmpty)
            #expect(
                damage.lackingSeconds == Double(whole.samples.count - samples.count) / Double(Self.rate),
                "\(share): \(damage)")
            #expect(damage.places == 0 && damage.skippedBytes == 0)
        }
    }

    /// A part that was cut off in front of a whole one: where there is more than the first header states, nothing
    /// lacks.
    @Test func whatIsJoinedLacksNothing() throws {
        let bytes = try encoded(SF_FORMAT_AIFF | SF_FORMAT_PCM_16)
        #expect(try read(bytes + bytes).damage.isNone)
        let half = Array(bytes[..<(bytes.count / 2)])
        #expect(try read(half + bytes).damage.lackingSeconds == 0)
        // The second one is cut.
        let damage = try read(bytes + half).damage
        #expect(abs(damage.lackingSeconds - Double(Self.count) / Double(2 * Self.rate)) < 0.1, "\(damage)")
    }

    /// As programs state them that write to a pipe.
    @Test func lengthsThatAreNoneAreNotBelieved() throws {
        func big(_ size: UInt32) -> [UInt8] { withUnsafeBytes(of: size.bigEndian) { Array($0) } }
        for size: UInt32 in [0, 8, 0x7f00_0008, 0x7fff_ffff, 0x8000_0000, 0xfe00_0008, .max] {
            var aiff = try encoded(SF_FORMAT_AIFF | SF_FORMAT_PCM_16)
            let place = try place(of: "SSND", in: aiff) + 4
            aiff.replaceSubrange(place..<place + 4, with: big(size))
            aiff.replaceSubrange(4..<8, with: big(size))
            var au = try encoded(SF_FORMAT_AU | SF_FORMAT_PCM_16)
            if size != 8 { au.replaceSubrange(8..<12, with: big(size)) }
            for bytes in [aiff, au] {
                let (samples, damage) = try read(bytes)
                #expect(samples.count == Self.count && damage.isNone, "\(size): \(damage)")
            }
        }
        for size: UInt64 in [0x7fff_ffff_ffff_ffff, .max] {
            var caf = try encoded(SF_FORMAT_CAF | SF_FORMAT_PCM_16)
            let place = try place(of: "data", in: caf) + 4
            caf.replaceSubrange(place..<place + 8, with: withUnsafeBytes(of: size.bigEndian) { Array($0) })
            let (samples, damage) = try read(caf)
            #expect(samples.count == Self.count && damage.isNone, "\(size): \(damage)")
        }
    }

    /// A byte that fills up an odd chunk is counted by the form and holds no sound.
    @Test func aByteThatFillsUpDoesNotLack() throws {
        var aiff = try encoded(SF_FORMAT_AIFF | SF_FORMAT_PCM_S8, count: Self.count + 1)
        let place = try place(of: "SSND", in: aiff) + 4
        // Behind its own eight bytes; libsndfile counts the byte among the samples.
        let size = 8 + Self.count + 1
        aiff = Array(aiff[..<(place + 4 + size)])
        aiff.replaceSubrange(place..<place + 4, with: withUnsafeBytes(of: UInt32(size).bigEndian) { Array($0) })
        aiff.replaceSubrange(4..<8, with: withUnsafeBytes(of: UInt32(aiff.count - 8 + 1).bigEndian) { Array($0) })
        let (samples, damage) = try read(aiff)
        #expect(samples.count == Self.count + 1 && damage.isNone, "\(damage)")
    }

    @Test func whatLacksOfAnMP3IsTold() throws {
        let bytes = try encoded(SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III)
        let whole = try read(bytes)
        #expect(whole.samples.count == Self.count && whole.damage.isNone, "\(whole.damage)")
        for share in [0.2, 0.5, 0.9] {
            let cut = Array(bytes[..<Int(Double(bytes.count) * share)])
            // A file that was made as long as it should be, and filled in part.
            for rest in [0, 50_000] {
                let (samples, damage) = try read(cut + [UInt8](repeating: 0, count: rest))
                #expect(samples.count < Self.count)
                #expect(
                    damage.lackingSeconds == Double(Self.count - samples.count) / Double(Self.rate),
                    "\(share): \(damage)")
                #expect(damage.skippedBytes == 0)
            }
            #expect(try read(cut + bytes).damage.lackingSeconds == 0)
        }
        #expect(try read(bytes + bytes).damage.lackingSeconds == 0)
        // What was damaged is told by its bytes, and does not lack at the end as well.
        var hit = bytes
        hit.replaceSubrange(bytes.count / 2..<bytes.count / 2 + 5000, with: [UInt8](repeating: 0x21, count: 5000))
        let damage = try read(hit).damage
        #expect(damage.skippedBytes >= 4000 && damage.lackingSeconds < 0.2, "\(damage)")
    }

    /// A number of frames that is none, and one that counts the header's own.
    @Test func whatAnMP3CountsOtherwiseDoesNotLack() throws {
        let bytes = try encoded(SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III)
        let place = try #require(
            (0..<60).first {
                bytes[$0...].starts(with: Array("Info".utf8)) || bytes[$0...].starts(with: Array("Xing".utf8))
            })
        let count = bytes[place + 8..<place + 12].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        for other: UInt32 in [0, 3, count + 1, .max] {
            var changed = bytes
            changed.replaceSubrange(
                place + 8..<place + 12, with: withUnsafeBytes(of: other.bigEndian) { Array($0) })
            #expect(try read(changed).damage.isNone, "\(other)")
        }
    }
}
