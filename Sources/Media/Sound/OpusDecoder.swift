import CTacitOpusfile
import TacitDiagnostics

/// One link of Opus, by libopusfile, at 48 kHz as Opus always is. What is lost between two pages is counted by the
/// positions that the pages state.
final class OpusDecoder: SoundDecoder {
    let sampleRate = 48_000
    let channels: Int

    private let reader: OggReader
    private let supply: Supply
    private let file: OpaquePointer
    /// Samples before the sound by the header.
    private let early: Int
    /// Samples a channel up to where the decoder is.
    private var position = 0
    private var isDamaged = false
    /// libopusfile gives a packet whole, which may be longer than what there is room for.
    private let packet: UnsafeMutableBufferPointer<Float>
    private var pending = 0..<0

    /// 120 ms.
    private static let longestPacket = 5760

    /// - Throws: `TacitError` (bad data) for a header that can't be used.
    init(_ reader: OggReader) throws {
        let supply = Supply { try reader.read(into: $0, count: $1) }
        self.supply = supply
        self.reader = reader
        var callbacks = OpusFileCallbacks()
        callbacks.read = { context, target, count in Int32(Supply.read(context, target, Int(count))) }
        var failure: Int32 = 0
        guard
            let file = op_open_callbacks(
                Unmanaged.passUnretained(supply).toOpaque(), &callbacks, nil, 0, &failure)
        else {
            if let failure = supply.failure { throw failure }
            // Those that are for playing to two ears, or to a room, only; the last one may have any channels at all.
            if failure == OP_EIMPL {
                throw SoundSignature.unread(
                    "Ogg Opus of a channel mapping family other than 0 and 1", reader.stream)
            }
            throw TacitError(.badData, "Ogg Opus whose header is broken or cut off")
        }
        self.file = file
        channels = Int(op_channel_count(file, -1))
        early = Int(op_head(file, -1)?.pointee.pre_skip ?? 0)
        packet = .allocate(capacity: Self.longestPacket * max(1, channels))
        packet.initialize(repeating: 0)
    }

    deinit {
        op_free(file)
        packet.deallocate()
    }

    func decode(into block: UnsafeMutableBufferPointer<Float>) throws -> DecodedBlock {
        while pending.isEmpty {
            let count = op_read_float(file, packet.baseAddress, Int32(packet.count), nil)
            if let failure = supply.failure { throw failure }
            if count == 0 {
                let lacking = reader.lacking(at: position + early)
                return lacking > 0 ? .lacking(lacking) : .end
            }
            // A packet that can't be decoded is damage, too, and as short.
            if count == OP_HOLE || count == OP_EBADPACKET {
                isDamaged = true
                continue
            }
            guard count > 0 else { throw TacitError(.badData, "Opus that can't be decoded from here on") }
            pending = 0..<Int(count)
            let before = position
            position = Int(op_pcm_tell(file))
            let lost = position - Int(count) - before
            defer { isDamaged = false }
            if isDamaged, lost > 0 { return .lost(lost) }
        }
        let count = min(pending.count, block.count / channels)
        for index in 0..<count * channels { block[index] = packet[pending.lowerBound * channels + index] }
        pending = pending.lowerBound + count..<pending.upperBound
        return .frames(count)
    }
}
