import CTacitFLAC
import TacitDiagnostics

/// FLAC, by itself or in Ogg's pages, by libFLAC.
///
/// Every frame has a checksum: damage is an error, and so is an end before the length that the header states, if it states
/// one. What stands behind that length (an old ID3 tag) is passed over, unless frames follow: those of a file that was
/// joined to it.
final class FLACDecoder: SoundDecoder {
    private(set) var sampleRate = 0
    private(set) var channels = 0

    private let supply: Supply
    private let decoder: OpaquePointer
    private var block = tacit_flac_block()
    /// Samples a channel of the frame that have been given.
    private var given = 0
    private var decoded = 0
    private var isDamaged = false
    private var isChanged = true

    /// - Parameter stream: at its first byte.
    convenience init(_ stream: ByteStream) throws {
        try self.init(isOgg: false) { try stream.read(into: $0, count: $1) }
    }

    /// - Parameter read: as `ByteStream.read`.
    init(isOgg: Bool, read: @escaping (UnsafeMutableRawPointer, Int) throws -> Int) throws {
        let supply = Supply(read)
        self.supply = supply
        guard
            let decoder = tacit_flac_create(
                isOgg, { Supply.read($0, $1, $2) }, Unmanaged.passUnretained(supply).toOpaque())
        else { throw TacitError(.inputOutput, "no memory for a FLAC decoder") }
        self.decoder = decoder
        guard try advance() else { throw TacitError(.badData, "FLAC without a whole frame in it") }
        isChanged = false
    }

    deinit { tacit_flac_destroy(decoder) }

    func decode(into target: UnsafeMutableBufferPointer<Float>) throws -> DecodedBlock {
        while given == Int(block.count) {
            guard try advance() else { return .end }
        }
        if isChanged {
            isChanged = false
            return .changed
        }
        guard let output = target.baseAddress, let samples = block.samples else { return .end }
        let count = min(target.count / channels, Int(block.count) - given)
        output.update(from: samples + given * channels, count: count * channels)
        given += count
        return .frames(count)
    }

    /// The next frame; false at the end.
    private func advance() throws -> Bool {
        while true {
            let event = tacit_flac_next(decoder, &block)
            let stated = Int(clamping: block.stated)
            switch event {
            case tacit_flac_frame:
                if isDamaged, stated == 0 || decoded < stated {
                    throw TacitError(.badData, "FLAC that is damaged here")
                }
                isDamaged = false
                given = 0
                decoded += Int(block.count)
                isChanged = Int(block.rate) != sampleRate || Int(block.channels) != channels
                sampleRate = Int(block.rate)
                channels = Int(block.channels)
                return true
            case tacit_flac_damage:
                isDamaged = true
            case tacit_flac_end:
                if decoded < stated {
                    throw TacitError(
                        .badData,
                        isDamaged
                            ? "FLAC that is damaged here" : "ends early: the header promises \(stated) samples")
                }
                return false
            default:
                if let failure = supply.failure { throw failure }
                throw TacitError(.badData, "FLAC that can't be decoded from here on")
            }
        }
    }
}

/// Bytes for a decoder in C that asks for them.
final class Supply {
    /// Why no more came.
    private(set) var failure: (any Error)?
    private let body: (UnsafeMutableRawPointer, Int) throws -> Int

    init(_ body: @escaping (UnsafeMutableRawPointer, Int) throws -> Int) { self.body = body }

    func read(_ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
        do {
            return try body(buffer, count)
        } catch {
            failure = error
            return -1
        }
    }

    static func read(_ context: UnsafeMutableRawPointer?, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
        guard let context, let buffer else { return -1 }
        return Unmanaged<Supply>.fromOpaque(context).takeUnretainedValue().read(buffer, count)
    }
}
