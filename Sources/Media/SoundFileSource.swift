import CTacitSndfile
import Glibc
import TacitDiagnostics

/// A sound file, decoded by libsndfile (WAV, FLAC, Ogg, MP3 and more), its channels averaged.
///
/// What counts as broken (bad data): what libsndfile can't open or decode, a sample that is not a finite number of
/// sensible size, no samples at all, and a FLAC stream that ends before the length its header states. A WAV file that
/// is shorter than its header says is not: recorders that are stopped, or that write to a pipe, leave such headers
/// behind, and every player plays what is there. Nor is a stated length believed anywhere: memory is taken for one
/// block only.
package final class SoundFileSource: SampleSource {
    package let path: String
    /// Hertz, as the file states it.
    package let sampleRate: Int
    package let channels: Int
    /// Samples a channel that the file promises: an estimate in some formats, and never relied on.
    package let statedSampleCount: Int
    /// Samples a channel read up to now.
    package private(set) var position = 0

    private let file: OpaquePointer
    private let mustBeWhole: Bool
    private let isChatty: Bool
    /// Interleaved, `[blockFrames][channels]`.
    private let block: UnsafeMutablePointer<Float>
    private let blockFrames: Int
    private var isOver = false

    /// libsndfile keeps why an opening failed in a place that all threads share.
    private static let opening = ThreadLock()

    /// The largest magnitude taken for a sample. Files of floats may well exceed 1; beyond this they hold no sound,
    /// and their power would overflow.
    package static let largestMagnitude: Float = 1e9

    /// - Throws: `TacitError`: no input for what is absent, unreadable or no regular file; bad data for what is no
    ///   sound.
    package init(path: String) throws {
        // Opened here and handed over as a descriptor: libsndfile then goes by the contents alone, where a name would
        // let it take any bytes for headerless sound.
        let descriptor = SystemPath.withBytes(path) { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else {
            throw TacitError(.noInput, file: path, String(cString: strerror(errno)))
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            throw TacitError(
                .noInput, file: path, isFolder ? "is a directory, expected a sound file" : "is not a regular file")
        }
        guard status.st_size > 0 else {
            close(descriptor)
            throw TacitError.badData(path, "the file is empty, expected a sound")
        }
        var info = SF_INFO()
        let file = try Self.opening.hold {
            // On failure libsndfile has closed the descriptor.
            let opened = DecoderChatter.muted(DecoderChatter.isLikely(from: descriptor)) {
                sf_open_fd(descriptor, Int32(SFM_READ), &info, Int32(SF_TRUE))
            }
            guard let opened else {
                throw TacitError.badData(path, "no sound that libsndfile can read: \(Self.message(nil))")
            }
            return opened
        }
        do {
            guard (1...SoundSources.maximumChannels).contains(Int(info.channels)) else {
                throw TacitError.badData(
                    path, "has \(info.channels) channels, expected 1 to \(SoundSources.maximumChannels)")
            }
            guard info.samplerate > 0 else {
                throw TacitError.badData(path, "has a sample rate of \(info.samplerate) Hz")
            }
        } catch {
            sf_close(file)
            throw error
        }
        self.path = path
        self.file = file
        sampleRate = Int(info.samplerate)
        channels = Int(info.channels)
        statedSampleCount = max(0, Int(info.frames))
        mustBeWhole = info.format & Int32(SF_FORMAT_TYPEMASK) == Int32(SF_FORMAT_FLAC)
        isChatty =
            (Int(SF_FORMAT_MPEG_LAYER_I)...Int(SF_FORMAT_MPEG_LAYER_III)).contains(
                Int(info.format) & Int(SF_FORMAT_SUBMASK))
        blockFrames = max(1, 16_384 / channels)
        block = .allocate(capacity: blockFrames * channels)
        block.initialize(repeating: 0, count: blockFrames * channels)
    }

    deinit {
        sf_close(file)
        block.deallocate()
    }

    package func read(into buffer: UnsafeMutableBufferPointer<Float>) throws -> SourceEvent {
        guard !isOver, let output = buffer.baseAddress else { return .end }
        let wanted = min(buffer.count, blockFrames)
        let count = DecoderChatter.muted(isChatty) { Int(sf_readf_float(file, block, sf_count_t(wanted))) }
        let failure = sf_error(file)
        guard failure == SF_ERR_NO_ERROR, count >= 0, count <= wanted else {
            throw broken("can't be decoded: \(Self.message(file))")
        }
        guard count > 0 else {
            isOver = true
            if position == 0 { throw TacitError.badData(path, "holds no samples") }
            if mustBeWhole, position < statedSampleCount {
                throw broken("ends early: the header promises \(statedSampleCount) samples")
            }
            return .end
        }
        for index in 0..<count * channels where !(block[index].magnitude <= Self.largestMagnitude) {
            position += index / channels
            throw broken("holds \(block[index]), which is no sample")
        }
        ChannelMix.average(block, frames: count, channels: channels, into: output)
        position += count
        return .samples(count)
    }

    private func broken(_ reason: String) -> TacitError {
        isOver = true
        return TacitError.badData(path, at: "sample \(position)", reason)
    }

    /// libsndfile's own words, on one line.
    private static func message(_ file: OpaquePointer?) -> String {
        guard let text = sf_strerror(file) else { return "unknown error" }
        var words = String(cString: text)
        while let last = words.last, last == "." || last.isWhitespace { words.removeLast() }
        return words
    }
}
