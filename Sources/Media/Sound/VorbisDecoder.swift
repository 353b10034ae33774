import CTacitVorbisfile
import TacitDiagnostics

/// One link of Vorbis, by libvorbisfile. What is lost between two pages is passed over.
final class VorbisDecoder: SoundDecoder {
    let sampleRate: Int
    let channels: Int

    private let supply: Supply
    private let file: UnsafeMutablePointer<OggVorbis_File>

    /// - Throws: `TacitError` (bad data) for a header that can't be used.
    init(_ reader: OggReader) throws {
        let supply = Supply { try reader.read(into: $0, count: $1) }
        self.supply = supply
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
            var pcm: UnsafeMutablePointer<UnsafeMutablePointer<Float>?>?
            var section: Int32 = 0
            let count = ov_read_float(file, &pcm, Int32(block.count / channels), &section)
            if let failure = supply.failure { throw failure }
            if count == 0 { return .end }
            if count == Int(OV_HOLE) { continue }
            guard count > 0, let pcm else { throw TacitError(.badData, "Vorbis that can't be decoded from here on") }
            for channel in 0..<channels {
                guard let samples = pcm[channel] else { continue }
                for index in 0..<count { block[index * channels + channel] = samples[index] }
            }
            return .frames(count)
        }
    }
}
