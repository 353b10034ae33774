import CTacitSndfile
import Foundation
import TacitMedia
import TacitTestSupport
import Testing

/// MP3 numbers no samples: of what is damaged it is told how many bytes were passed over.
@Suite struct MPEGDamageTests {
    private let folder: TemporaryFolder
    /// Frames without a header in front that knows of them.
    private let frames: [UInt8]

    init() throws {
        folder = try TemporaryFolder()
        let path = folder.path("encoded.mp3")
        try writeSound(
            path, Sounds.glide(samples: 64_000).map { Float($0) / 32768 }, rate: 16_000, channels: 1,
            format: Int32(SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III))
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        let first = try #require((0..<2000).first { bytes[$0] == 0xff && bytes[$0 + 1] >= 0xe0 })
        frames = Array(bytes[try #require(Self.frame(behind: first, in: bytes))...])
    }

    /// Where the next frame begins that looks like the one at `place`.
    private static func frame(behind place: Int, in bytes: [UInt8]) -> Int? {
        (place + 24..<bytes.count - 4).first {
            bytes[$0] == 0xff && bytes[$0 + 1] == bytes[place + 1]
                && bytes[$0 + 2] & 0x0c == bytes[place + 2] & 0x0c && bytes[$0 + 3] & 0xcf == bytes[place + 3] & 0xcf
        }
    }

    private func read(_ bytes: [UInt8]) throws -> (seconds: Double, damage: SoundDamage) {
        let source = try SoundFileSource(path: try folder.write("sound.mp3", bytes))
        return (Double(try Drained(source).samples.count) / Double(source.sampleRate), source.damage)
    }

    /// The places of frames, the middle one of which is at about half of the sound.
    private func middle() throws -> Int {
        var place = 0
        while place < frames.count / 2 { place = try #require(Self.frame(behind: place, in: frames)) }
        return place
    }

    @Test func whatBelongsThereIsNoDamage() throws {
        let whole = try read(frames)
        let id3v1 = Array("TAG".utf8) + [UInt8](repeating: 0x41, count: 125)
        let lyrics = Array("LYRICSBEGININD00002000000028LYRICS200".utf8)
        func ape(isHeader: Bool, _ size: Int) -> [UInt8] {
            Array("APETAGEX".utf8) + littleEndian(UInt32(2000)) + littleEndian(UInt32(size)) + littleEndian(UInt32(1))
                + littleEndian(UInt32(isHeader ? 0xa000_0000 : 0x8000_0000)) + [UInt8](repeating: 0, count: 8)
        }
        // More than is looked at in one go, and bytes of which none is a frame's first.
        let items = [UInt8](repeating: 0x21, count: 30_000)
        let apeTag = ape(isHeader: true, items.count + 32) + items + ape(isHeader: false, items.count + 32)
        for (name, bytes) in [
            ("nothing", frames), ("ID3v1 behind", frames + id3v1),
            ("all tags behind", frames + apeTag + lyrics + id3v1),
            ("zeros behind", frames + [UInt8](repeating: 0, count: 50_000)),
            ("the last frame cut off", Array(frames.dropLast(30))),
            ("zeros in front", [UInt8](repeating: 0, count: 5000) + frames),
        ] {
            let (_, damage) = try read(bytes)
            #expect(damage.isNone, "\(name): \(damage)")
        }
        for (name, tag) in [("ID3v1", id3v1), ("APE", apeTag), ("both", apeTag + id3v1), ("Lyrics3", lyrics + id3v1)] {
            let (seconds, damage) = try read(frames + tag + frames)
            #expect(damage.isNone, "\(name): \(damage)")
            #expect(abs(seconds - 2 * whole.seconds) < 0.08, "\(name)")
        }
    }

    /// Between two whole frames every byte is counted; one that was hit costs its own bytes.
    @Test(arguments: [1, 300, 4096, 30_000])
    func bytesThatAreNoFrameAreCounted(count: Int) throws {
        let place = try middle()
        let time = try read(Array(frames[..<place])).seconds
        var random = RandomNumbers(seed: UInt64(count))
        // No byte begins a frame.
        let noise = (0..<count).map { _ in UInt8.random(in: 1..<255, using: &random) }
        for (name, junk) in [("noise", noise), ("zeros", [UInt8](repeating: 0, count: count))] {
            let (_, damage) = try read(Array(frames[..<place]) + junk + Array(frames[place...]))
            #expect(damage.skippedBytes == count, "\(name): \(damage)")
            #expect(abs(damage.firstSkipTime - time) < 0.04, "\(name): \(damage)")
            #expect(damage.description.hasPrefix("damaged: \(count) byte"))
        }
        let behind = try read(frames + noise).damage
        #expect(behind.skippedBytes == (count > 2881 ? count : 0))
    }

    @Test func aFrameWhoseHeaderWasHitIsCounted() throws {
        let place = try middle()
        let next = try #require(Self.frame(behind: place, in: frames))
        var bytes = frames
        bytes[place] = 0x7f
        let whole = try read(frames)
        let (seconds, damage) = try read(bytes)
        #expect(damage.skippedBytes == next - place)
        #expect(seconds < whole.seconds && seconds > whole.seconds - 0.2)
    }
}
