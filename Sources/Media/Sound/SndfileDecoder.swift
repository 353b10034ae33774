import CTacitSndfile
import TacitDiagnostics

/// What has no decoder of its own here (AIFF, AU, CAF, W64, WAV of other codecs, ...), by libsndfile. It reads from any
/// place, so that a pipe's bytes are kept first. A file that was joined to another of its kind is read on, and what
/// lacks of the samples that a header states is told.
final class SndfileDecoder: SoundDecoder {
    private(set) var sampleRate = 0
    private(set) var channels = 0

    private let bytes: SeekableBytes
    private let remedy: String
    private var file: OpaquePointer?
    /// In place of a file of libsndfile's.
    private var planes: VoicePlanes?
    /// Samples a channel that the file has by its header, if it was cut off.
    private var stated = 0
    /// Samples a channel of this file that have been given.
    private var given = 0

    /// - Parameter isKnown: whether the first bytes are of a sound at all.
    init(_ stream: ByteStream, isKnown: Bool) throws {
        bytes = try SeekableBytes(stream)
        remedy = SoundSignature.remedy(stream)
        guard try open() else {
            if let failure = bytes.failure { throw failure }
            throw TacitError(
                .badData,
                isKnown
                    ? "a sound whose header is broken, or of a codec that is not read here: \(remedy)"
                    : "no sound of a format that is read here (\(SoundSignature.readable)); "
                        + "if it is one, \(remedy)")
        }
    }

    deinit { if let file { sf_close(file) } }

    func decode(into block: UnsafeMutableBufferPointer<Float>) throws -> DecodedBlock {
        while file != nil || planes != nil {
            let next = try decodeNext(into: block)
            if case .end = next {} else { return next }
            let (rate, width) = (sampleRate, channels)
            guard bytes.goOn() else { break }
            if let file { sf_close(file) }
            file = nil
            planes = nil
            guard try open() else {
                throw bytes.failure
                    ?? TacitError(
                        .badData, "another sound is joined to it, whose header is broken or which is not read here")
            }
            if rate != sampleRate || width != channels { return .changed }
        }
        return .end
    }

    /// - Returns: `.end` at the end of this file, behind which another one may stand.
    private func decodeNext(into block: UnsafeMutableBufferPointer<Float>) throws -> DecodedBlock {
        if let planes {
            let next = planes.decode(into: block, from: bytes)
            if let failure = bytes.failure { throw failure }
            return next
        }
        guard let file else { return .end }
        let wanted = block.count / channels
        let count = Int(sf_readf_float(file, block.baseAddress, sf_count_t(wanted)))
        if let failure = bytes.failure { throw failure }
        guard sf_error(file) == SF_ERR_NO_ERROR, count >= 0, count <= wanted else {
            throw TacitError(.badData, "can't be decoded from here on")
        }
        given += count
        if count > 0 { return .frames(count) }
        defer { stated = 0 }
        return stated > given ? .lacking(stated - given) : .end
    }

    private func open() throws -> Bool {
        if let length = ContainerLength.ofJoined(bytes) { bytes.limit(to: length) }
        if CreativeVoice.isSplit(bytes) {
            throw TacitError(
                .badData, "a Creative Voice file (VOC) of several blocks, which is not read here: \(remedy)")
        }
        if let found = try VoicePlanes(bytes, remedy: remedy) {
            planes = found
            (sampleRate, channels) = (found.sampleRate, found.channels)
            return true
        }
        (stated, given) = (0, 0)
        if let end = StatedEnd(bytes) {
            if end.samples > bytes.count { stated = frames(upTo: end.samples) }
            // Of what stands behind a file of which all is there libsndfile (1.2.2) makes samples of W64 and 8SVX.
            if let length = end.file, end.samples <= length { bytes.cut(to: length) }
        }
        UnstatedLength.mend(bytes)
        var info = SF_INFO()
        file = openFile(&info)
        guard file != nil else { return false }
        sampleRate = Int(info.samplerate)
        channels = Int(info.channels)
        return true
    }

    /// Samples a channel that libsndfile, which knows the blocks of its codecs, finds in a file that goes on up to
    /// `end`.
    private func frames(upTo end: Int) -> Int {
        bytes.claiming(end) {
            var info = SF_INFO()
            guard let file = openFile(&info) else { return 0 }
            sf_close(file)
            return Int(info.frames)
        }
    }

    private func openFile(_ info: inout SF_INFO) -> OpaquePointer? {
        var io = SF_VIRTUAL_IO()
        io.get_filelen = { sf_count_t(SeekableBytes.of($0).shownCount) }
        io.tell = { sf_count_t(SeekableBytes.of($0).position) }
        io.read = { sf_count_t(SeekableBytes.of($2).read($0, Int($1))) }
        io.write = { _, _, _ in 0 }
        io.seek = { sf_count_t(SeekableBytes.of($2).seek(Int($0), $1)) }
        return sf_open_virtual(&io, Int32(SFM_READ), &info, Unmanaged.passUnretained(bytes).toOpaque())
    }
}
