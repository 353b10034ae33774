import CTacitSndfile
import Foundation
import TacitDiagnostics
import TacitMedia
import TacitTestSupport
import Testing

/// Random cuts, joins and flipped bits: a sound is read but for the damaged part, or refused; never a crash. 200 of a
/// format; `TACIT_DAMAGES` sets another number, for a longer run.
@Suite struct DamagedSoundTests {
    private static let count = ProcessInfo.processInfo.environment["TACIT_DAMAGES"].flatMap { Int($0) } ?? 200

    /// Seconds of a format that one damaged byte may cost: a frame with what leans on it, a packet and its neighbours.
    @Test(arguments: [
        ("wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 0.0), ("flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 0),
        ("ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 0.3), ("opus", SF_FORMAT_OGG | SF_FORMAT_OPUS, 0.3),
        ("mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 0.2),
    ])
    func damageCostsNoMoreThanItself(name: String, format: Int, cost: Double) throws {
        let folder = try TemporaryFolder()
        let path = folder.path("whole")
        let seconds = 2.0
        try writeSound(
            path, Sounds.glide(samples: 32_000).map { Float($0) / 32768 }, rate: 16_000, channels: 1,
            format: Int32(format))
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        var random = RandomNumbers(seed: 77)
        for turn in 0..<Self.count {
            var bytes = whole
            var least = seconds
            let place = Int.random(in: 0..<whole.count, using: &random)
            switch turn % 4 {
            case 0:
                bytes = Array(whole[..<place])
                least = 0
            case 1:
                // The whole one behind a part: it is all there.
                bytes = Array(whole[..<place]) + whole
            case 2:
                bytes = whole + whole
                least = 2 * seconds
            default:
                if isPageHeader(place, in: whole) { least -= Self.pageSeconds }
                bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            }
            do {
                let source = try SoundFileSource(path: try folder.write("damaged", bytes))
                var length = Double(try Drained(source).samples.count) / Double(source.sampleRate)
                // What lacks at the end is told.
                if turn % 4 == 3 { length += source.damage.lackingSeconds }
                // A rate or a header that was hit is not a loss of samples.
                if source.sampleRate == 16_000 || name == "opus", source.channels == 1 {
                    #expect(
                        length >= least - cost - 0.001,
                        "\(name), turn \(turn), at \(place) of \(whole.count): \(length) s")
                }
            } catch let error as TacitError {
                #expect(error.kind == .badData)
                #expect(turn % 4 != 2, "\(error)")
            }
        }
    }

    /// What libsndfile puts into a page of Opus, at most.
    private static let pageSeconds = 1.0

    /// Whether a byte tells of a page of Ogg, all of which goes with it.
    private func isPageHeader(_ place: Int, in bytes: [UInt8]) -> Bool {
        let start = (max(0, place - 281)...place).last { bytes[$0...].starts(with: Array("OggS\0".utf8)) }
        return start.map { place - $0 < 27 + Int(bytes[$0 + 26]) } ?? false
    }
}
