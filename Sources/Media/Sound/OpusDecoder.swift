import CTacitOpusfile
import TacitDiagnostics

/// One link of Opus, by libopusfile, at 48 kHz as Opus always is. What is lost between two pages is counted by the
/// positions that the pages state.
final class OpusDecoder: SoundDecoder {
    let sampleRate = 48_000
    let channels: Int

    private let reader: OggReader
    private let supply: Supply
    /// Nil of a link in which no page of sound is whole.
    private let file: OpaquePointer?
    /// Where the first packet begins.
    private let beginning: Beginning
    /// Samples before the sound by the header.
    private let early: Int
    /// Samples a channel up to where the decoder is.
    private var position = 0
    private var isDamaged = false
    /// Whether no sample was decoded yet.
    private var isFirst = true
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
        let file = op_open_callbacks(Unmanaged.passUnretained(supply).toOpaque(), &callbacks, nil, 0, &failure)
        self.file = file
        let beginning = Beginning()
        self.beginning = beginning
        var header = OpusHead()
        let first = reader.firstPacket
        if let file, let opened = op_head(file, -1) {
            header = opened.pointee
            op_set_decode_callback(
                file,
                { context, _, _, packet, samples, _, _, _ in
                    if let context, let packet {
                        Beginning.note(context, end: Int(packet.pointee.granulepos), samples: Int(samples))
                    }
                    return OP_DEC_USE_DEFAULT
                }, Unmanaged.passUnretained(beginning).toOpaque())
        } else if supply.failure != nil || failure != OP_EBADTIMESTAMP || !reader.losses.isAllDamaged
            || opus_head_parse(&header, first, first.count) != 0
        {
            if let failure = supply.failure { throw failure }
            // Those that are for playing to two ears, or to a room, only; the last one may have any channels at all.
            if failure == OP_EIMPL {
                throw SoundSignature.unread(
                    "Ogg Opus of a channel mapping family other than 0 and 1", reader.stream)
            }
            throw TacitError(.badData, "Ogg Opus whose header is broken or cut off")
        }
        channels = Int(header.channel_count)
        early = Int(header.pre_skip)
        packet = .allocate(capacity: Self.longestPacket * max(1, channels))
        packet.initialize(repeating: 0)
    }

    deinit {
        op_free(file)
        packet.deallocate()
    }

    func decode(into block: UnsafeMutableBufferPointer<Float>) throws -> DecodedBlock {
        while pending.isEmpty {
            guard let file else { return end() }
            let count = op_read_float(file, packet.baseAddress, Int32(packet.count), nil)
            if let failure = supply.failure { throw failure }
            if count == 0 { return end() }
            // A packet that can't be decoded is damage, too, and as short.
            if count == OP_HOLE || count == OP_EBADPACKET {
                isDamaged = true
                continue
            }
            guard count > 0 else { throw TacitError(.badData, "Opus that can't be decoded from here on") }
            pending = 0..<Int(count)
            if isFirst {
                isFirst = false
                if beginning.position > reader.losses.damagedFirst {
                    // Recorded of a radio: nothing lacks in front of it.
                    position = beginning.position
                } else if beginning.position > 0 {
                    isDamaged = true
                }
            }
            let before = position
            // libopusfile counts from its first packet on, and beyond the largest number there is.
            position = max(0, beginning.position &+ Int(op_pcm_tell(file)))
            let lost = position - Int(count) - before
            defer { isDamaged = false }
            if isDamaged, lost > 0 { return .lost(lost) }
        }
        let count = min(pending.count, block.count / channels)
        for index in 0..<count * channels { block[index] = packet[pending.lowerBound * channels + index] }
        pending = pending.lowerBound + count..<pending.upperBound
        return .frames(count)
    }

    /// What lacks behind the last sample.
    private func end() -> DecodedBlock {
        let place = max(0, position &+ early)
        let lost = reader.losses.lost(at: place, isTorn: isDamaged)
        isDamaged = false
        if lost > 0 {
            position += lost
            return .lost(lost)
        }
        let lacking = reader.takeLacking(at: place)
        return lacking > 0 ? .lacking(lacking) : .end
    }
}

/// Where the first packet of a link begins, as its page states it.
private final class Beginning {
    private var stated: Int?

    var position: Int { stated ?? 0 }

    /// Called for every packet that is to be decoded: where it ends, and how long it is.
    static func note(_ context: UnsafeMutableRawPointer, end: Int, samples: Int) {
        let beginning = Unmanaged<Beginning>.fromOpaque(context).takeUnretainedValue()
        // A page that states no position ends at -1.
        if beginning.stated == nil { beginning.stated = max(0, max(0, end) - samples) }
    }
}
