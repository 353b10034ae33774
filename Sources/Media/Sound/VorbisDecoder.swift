import CTacitVorbisfile
import TacitDiagnostics

/// One link of Vorbis, by libvorbisfile. What is lost between two pages is counted by the positions that the pages
/// state.
final class VorbisDecoder: SoundDecoder {
    let sampleRate: Int
    let channels: Int

    private let reader: OggReader
    private let supply: Supply
    private let file: UnsafeMutablePointer<OggVorbis_File>
    /// Samples a channel up to where the decoder is.
    private var position = 0
    /// What was decoded behind a loss, interleaved, until a page states how much that was; and how much of it was
    /// given.
    private var held: [Float] = []
    private var heldUsed = 0
    private var isHolding = false

    /// A page states a position that holds for its end: it has no more samples than this, as a rule.
    private static let mostHeld = 1 << 18

    /// - Throws: `TacitError` (bad data) for a header that can't be used.
    init(_ reader: OggReader) throws {
        let supply = Supply { try reader.read(into: $0, count: $1) }
        self.supply = supply
        self.reader = reader
        file = .allocate(capacity: 1)
        file.initialize(to: OggVorbis_File())
        var callbacks = ov_callbacks()
        callbacks.read_func = { target, size, count, context in
            max(0, Supply.read(context, target, size * count)) / max(size, 1)
        }
        let result = ov_open_callbacks(Unmanaged.passUnretained(supply).toOpaque(), file, nil, 0, callbacks)
        guard result == 0, let information = ov_info(file, -1) else {
            // After a failure there is nothing to be cleared.
            if result == 0 { ov_clear(file) }
            file.deallocate()
            if let failure = supply.failure { throw failure }
            throw TacitError(.badData, "Ogg Vorbis whose header is broken or cut off")
        }
        sampleRate = information.pointee.rate
        channels = Int(information.pointee.channels)
    }

    deinit {
        ov_clear(file)
        file.deallocate()
    }

    func decode(into block: UnsafeMutableBufferPointer<Float>) throws -> DecodedBlock {
        while true {
            if !isHolding, heldUsed < held.count {
                let count = min(block.count / channels * channels, held.count - heldUsed)
                for index in 0..<count { block[index] = held[heldUsed + index] }
                heldUsed += count
                if heldUsed == held.count {
                    held = []
                    heldUsed = 0
                }
                return .frames(count / channels)
            }
            var pcm: UnsafeMutablePointer<UnsafeMutablePointer<Float>?>?
            var section: Int32 = 0
            let count = Int(ov_read_float(file, &pcm, Int32(block.count / channels), &section))
            if let failure = supply.failure { throw failure }
            if count == Int(OV_HOLE) {
                isHolding = true
                continue
            }
            if count == 0 {
                // Behind the last loss no page stated a position.
                if isHolding, !held.isEmpty {
                    isHolding = false
                    continue
                }
                let lost = reader.losses.lost(at: position)
                if lost > 0 {
                    position += lost
                    return .lost(lost)
                }
                let lacking = reader.takeLacking(at: position)
                return lacking > 0 ? .lacking(lacking) : .end
            }
            guard count > 0, let pcm else { throw TacitError(.badData, "Vorbis that can't be decoded from here on") }
            let lost = Int(ov_pcm_tell(file)) - count - position
            position += lost + count
            if isHolding {
                let first = held.count
                held.append(contentsOf: repeatElement(0, count: count * channels))
                copy(pcm, count) { held[first + $0] = $1 }
                if lost > 0 || held.count > Self.mostHeld * channels { isHolding = false }
                if lost > 0 { return .lost(lost) }
                continue
            }
            copy(pcm, count) { block[$0] = $1 }
            return .frames(count)
        }
    }

    /// Interleaves what the decoder has of each channel.
    private func copy(
        _ pcm: UnsafeMutablePointer<UnsafeMutablePointer<Float>?>, _ count: Int, to put: (Int, Float) -> Void
    ) {
        for channel in 0..<channels {
            guard let samples = pcm[channel] else { continue }
            for index in 0..<count { put(index * channels + channel, samples[index]) }
        }
    }
}
