import CTacitMpg123
import TacitDiagnostics

/// MPEG audio (MP3, and layers I and II), by libmpg123, fed as the bytes come.
///
/// Every frame counts, whatever a Xing or LAME header says of their number; where it counts more than came, and more
/// bytes, what lacks is told. What such a header at the beginning says of the encoder's delay and padding is left out,
/// as FFmpeg does it: `delay` + 529 samples at the start, and `padding` - 529 before the place where it sees the end.
final class MPEGDecoder: SoundDecoder {
    private(set) var sampleRate = 0
    private(set) var channels = 0

    private let stream: ByteStream
    private let decoder: OpaquePointer
    private let bytes: UnsafeMutablePointer<UInt8>
    private static let byteCapacity = 4096
    /// Of the decoder's last frame, what has not been given yet: interleaved.
    private var pending = UnsafeBufferPointer<Float>(start: nil, count: 0)
    private var decoded = 0
    private var frames = 0
    private let left: GaplessRange
    private var gaps = MPEGGaps()
    /// Bytes before `pending` that belong to no frame.
    private var skipped = 0
    /// All of these up to now; those of them that stand between two frames.
    private var skippedAtAll = 0
    private var skippedAmid = 0
    private var hasToldLack = false

    /// - Parameter stream: at its first frame.
    init(_ stream: ByteStream) throws {
        self.stream = stream
        left = GaplessRange(try stream.peek(512))
        mpg123_init()
        var failure: Int32 = 0
        guard let decoder = mpg123_new(nil, &failure) else {
            throw TacitError(.inputOutput, "no memory for an MP3 decoder")
        }
        self.decoder = decoder
        bytes = .allocate(capacity: Self.byteCapacity)
        mpg123_param2(
            decoder, Int32(MPG123_ADD_FLAGS.rawValue),
            Int(MPG123_QUIET.rawValue | MPG123_FORCE_FLOAT.rawValue | MPG123_SKIP_ID3V2.rawValue), 0)
        mpg123_param2(decoder, Int32(MPG123_REMOVE_FLAGS.rawValue), Int(MPG123_GAPLESS.rawValue), 0)
        // However much stands between two frames, the next one is looked for.
        mpg123_param2(decoder, Int32(MPG123_RESYNC_LIMIT.rawValue), -1, 0)
        guard mpg123_open_feed(decoder) == MPG123_OK.rawValue else {
            throw TacitError(.inputOutput, "no memory for an MP3 decoder")
        }
        // Up to where the format is known, and no further.
        if case .end = try advance() {
            throw TacitError(.badData, "too short for MP3, or none: not one whole frame in it")
        }
    }

    deinit {
        mpg123_delete(decoder)
        gaps.deallocate()
        bytes.deallocate()
    }

    func decode(into block: UnsafeMutableBufferPointer<Float>) throws -> DecodedBlock {
        guard let target = block.baseAddress else { return .end }
        while true {
            if skipped > 0 {
                defer { skipped = 0 }
                return .skipped(bytes: skipped, samplesAgo: 0)
            }
            if !pending.isEmpty { break }
            switch try advance() {
            case .changed: return .changed
            case .frames, .lost, .lacking, .skipped: continue
            case .end:
                skipped = gaps.rest()
                skippedAtAll += skipped
                if skipped > 0 { continue }
                guard frames > 1 else {
                    throw TacitError(.badData, "a single frame of MP3, which is too short for a sound")
                }
                let lacking = hasToldLack ? 0 : lackingSamples()
                hasToldLack = true
                return lacking > 0 ? .lacking(lacking) : .end
            }
        }
        let count = min(pending.count, block.count) / channels
        guard let source = pending.baseAddress, count > 0 else { return .end }
        target.update(from: source, count: count * channels)
        pending = UnsafeBufferPointer(rebasing: pending[(count * channels)...])
        return .frames(count)
    }

    /// Decodes one frame to `pending`; `.changed` (also at the first one) once a new format is known.
    private func advance() throws -> DecodedBlock {
        while true {
            var number: off_t = 0
            var audio: UnsafeMutablePointer<UInt8>?
            var byteCount = 0
            let result = mpg123_decode_frame(decoder, &number, &audio, &byteCount)
            switch result {
            case MPG123_OK.rawValue:
                guard let audio, byteCount > 0, channels > 0 else { continue }
                let count = byteCount / MemoryLayout<Float>.size
                let samples = UnsafeRawPointer(audio).bindMemory(to: Float.self, capacity: count)
                frames += 1
                noteFrame()
                keep(UnsafeBufferPointer(start: samples, count: count))
                if !pending.isEmpty { return .frames(pending.count / channels) }
            case MPG123_NEW_FORMAT.rawValue:
                var rate = 0
                var width: Int32 = 0
                var encoding: Int32 = 0
                mpg123_getformat(decoder, &rate, &width, &encoding)
                let isOther = rate != sampleRate || Int(width) != channels
                sampleRate = rate
                channels = Int(width)
                if isOther { return .changed }
            case MPG123_NEED_MORE.rawValue:
                let count = try read()
                if count == 0 { return .end }
                gaps.feed(bytes, count: count)
                guard mpg123_feed(decoder, bytes, count) == MPG123_OK.rawValue else {
                    throw TacitError(.inputOutput, "no memory for an MP3 decoder")
                }
            case MPG123_DONE.rawValue: return .end
            default:
                throw TacitError(.badData, "MP3 that can't be decoded from here on")
            }
        }
    }

    /// The next bytes, without the tags between them, which the decoder would keep as a whole; 0 at the end.
    private func read() throws -> Int {
        if gaps.zeros >= ZeroRun.longest, stream.isRegularFile { return 0 }
        while true {
            let count = try stream.read(into: bytes, count: Self.byteCapacity, before: SoundTags.id3)
            guard count == 0, try SoundTags.skip(stream) else { return count }
        }
    }

    /// Notes what stood before the frame that was decoded last.
    private func noteFrame() {
        var info = mpg123_frameinfo2()
        guard mpg123_info2(decoder, &info) == MPG123_OK.rawValue else { return }
        let count = gaps.frame(at: Int(mpg123_framepos(decoder)), byteCount: Int(info.framesize))
        skipped += count
        skippedAtAll += count
        skippedAmid += count
    }

    /// Samples a channel that lack of what the header counts, those aside whose bytes were there but damaged.
    private func lackingSamples() -> Int {
        let bytes = gaps.framesEnd - skippedAmid
        guard bytes > 0, left.countsMore(than: frames, byteCount: gaps.framesEnd) else { return 0 }
        let damaged = (skippedAtAll * frames + bytes - 1) / bytes
        return max(0, (left.frames - frames - damaged) * left.samplesPerFrame - left.padding.count)
    }

    /// All but what the encoder has added.
    private func keep(_ samples: UnsafeBufferPointer<Float>) {
        let count = samples.count / channels
        let first = decoded
        decoded += count
        var kept = max(first, left.start)..<max(decoded, left.start)
        if kept.upperBound > left.padding.lowerBound, kept.lowerBound < left.padding.upperBound {
            // The padding is shorter than what a frame may keep on both its sides only if it ends with the frame.
            kept =
                kept.lowerBound < left.padding.lowerBound
                ? kept.lowerBound..<left.padding.lowerBound
                : min(left.padding.upperBound, kept.upperBound)..<kept.upperBound
        }
        // A frame of which nothing is left may lie before what is kept altogether.
        guard !kept.isEmpty else {
            pending = UnsafeBufferPointer(start: samples.baseAddress, count: 0)
            return
        }
        pending = UnsafeBufferPointer(
            rebasing: samples[((kept.lowerBound - first) * channels)..<((kept.upperBound - first) * channels)])
    }
}
