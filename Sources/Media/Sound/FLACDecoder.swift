import CTacitFLAC
import TacitDiagnostics

/// FLAC, by itself or in Ogg's pages, by libFLAC.
///
/// Every frame has a checksum and the number of its first sample: what is damaged is left out and counted, and so is
/// what lacks at the end of the length that the header states, if it states one. What stands behind the last frame (an
/// old ID3 tag) is passed over; a stream that was joined to it is read on, by its own header.
final class FLACDecoder: SoundDecoder {
    private(set) var sampleRate = 0
    private(set) var channels = 0

    private let supply: Supply
    /// Of a stream in Ogg there is one; of one by itself there may be several.
    private let parts: FLACParts?
    private let reader: OggReader?
    private var decoder: OpaquePointer
    private var block = tacit_flac_block()
    /// Samples a channel of the frame that have been given.
    private var given = 0
    /// Samples a channel up to the end of the last frame of this part, those that were lost among them.
    private var position = 0
    /// Whether something has been damaged since the last frame.
    private var isDamaged = false
    /// Whether this part has had a frame.
    private var hasFrames = false
    private var isChanged = true
    private var isOver = false
    /// Samples that were lost in front of the frame at hand; that the part which ended lacks.
    private var lost = 0
    private var lacking = 0

    /// Losses that are longer come of a number that is wrong.
    private static let longestLoss = 86_400

    /// - Parameter stream: at its first byte.
    convenience init(_ stream: ByteStream) throws {
        let parts = FLACParts(stream)
        try self.init(Supply { try parts.read(into: $0, count: $1) }, parts: parts, reader: nil)
    }

    /// One link of FLAC in Ogg.
    convenience init(_ reader: OggReader) throws {
        try self.init(Supply { try reader.read(into: $0, count: $1) }, parts: nil, reader: reader)
    }

    private init(_ supply: Supply, parts: FLACParts?, reader: OggReader?) throws {
        self.supply = supply
        self.parts = parts
        self.reader = reader
        decoder = try Self.create(isOgg: reader != nil, supply)
        guard try advance() else { throw TacitError(.badData, "FLAC without a whole frame in it") }
        isChanged = false
    }

    deinit { tacit_flac_destroy(decoder) }

    private static func create(isOgg: Bool, _ supply: Supply) throws -> OpaquePointer {
        guard
            let decoder = tacit_flac_create(
                isOgg, { Supply.read($0, $1, $2) }, Unmanaged.passUnretained(supply).toOpaque())
        else { throw TacitError(.inputOutput, "no memory for a FLAC decoder") }
        return decoder
    }

    func decode(into target: UnsafeMutableBufferPointer<Float>) throws -> DecodedBlock {
        if lacking == 0, lost == 0, given == Int(block.count), !isOver { isOver = try !advance() }
        if lacking > 0 {
            defer { lacking = 0 }
            return .lacking(lacking)
        }
        if lost > 0 {
            defer { lost = 0 }
            return .lost(lost)
        }
        if isOver { return .end }
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
            switch tacit_flac_next(decoder, &block) {
            case tacit_flac_frame:
                // Frames only go forward: where a header states the length of blocks wrongly, their numbers don't.
                let first = hasFrames ? max(Int(clamping: block.number), position) : Int(clamping: block.number)
                // A stream that was cut at its beginning does not begin with a loss.
                if isDamaged || hasFrames, first > position {
                    lost += min(first - position, Self.longestLoss * Int(block.rate))
                }
                isDamaged = false
                hasFrames = true
                given = 0
                position = first &+ Int(block.count)
                isChanged = Int(block.rate) != sampleRate || Int(block.channels) != channels
                sampleRate = Int(block.rate)
                channels = Int(block.channels)
                return true
            case tacit_flac_damage:
                isDamaged = true
            case tacit_flac_end:
                given = Int(block.count)
                let stated = Int(clamping: block.stated)
                // Whether the last frame was damaged or cut off is not known.
                if stated > position { lacking += stated - position }
                if stated == 0, let reader { lacking += reader.takeLacking(at: position) }
                guard let parts, parts.goOn() else { return false }
                tacit_flac_destroy(decoder)
                decoder = try Self.create(isOgg: false, supply)
                position = 0
                isDamaged = false
                hasFrames = false
            default:
                if let failure = supply.failure { throw failure }
                throw TacitError(.badData, "FLAC that can't be decoded from here on")
            }
        }
    }
}

/// The bytes of one FLAC stream, up to where another one begins that was joined to it.
private final class FLACParts {
    private let stream: ByteStream
    private var isAtStart = true
    private var isFollowed = false
    private var zeros = ZeroRun()

    init(_ stream: ByteStream) { self.stream = stream }

    /// To the next stream; false if there is none.
    func goOn() -> Bool {
        isAtStart = isFollowed
        isFollowed = false
        return isAtStart
    }

    /// As `ByteStream.read`, but ends in front of the next stream.
    func read(into buffer: UnsafeMutableRawPointer, count: Int) throws -> Int {
        guard !isFollowed, zeros.count < ZeroRun.longest || !stream.isRegularFile else { return 0 }
        let received = try stream.read(
            into: buffer, count: count, before: .flac, passing: isAtStart ? 1 : 0)
        if received == 0 { isFollowed = try !stream.peek(1).isEmpty }
        zeros.feed(UnsafeRawBufferPointer(start: buffer, count: received))
        isAtStart = false
        return received
    }
}
