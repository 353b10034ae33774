/// What makes samples of one format's bytes, block by block, whatever its header says of its length.
protocol SoundDecoder: AnyObject {
    /// Hertz, of the next block.
    var sampleRate: Int { get }
    /// Of the next block.
    var channels: Int { get }

    /// Decodes what comes next.
    ///
    /// - Parameter block: room for at least one frame, interleaved `[frames][channels]`.
    /// - Returns: `.changed` when the rate or the channels are others from here on; nothing was decoded then.
    /// - Throws: `TacitError` without a file's name: bad data for what is damaged, I/O error for a failing read.
    func decode(into block: UnsafeMutableBufferPointer<Float>) throws -> DecodedBlock
}

enum DecodedBlock {
    /// So many samples a channel, at least 1.
    case frames(Int)
    /// So many samples a channel were damaged and are left out here.
    case lost(Int)
    /// A stream ends here that lacks so many of the samples that it should have.
    case lacking(Int)
    /// So many bytes belong to nothing that can be decoded: before the next block, or up to so many samples a channel
    /// earlier.
    case skipped(bytes: Int, samplesAgo: Int)
    case changed
    case end
}
