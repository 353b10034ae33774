/// The greatest sizes a model may have. They lie far above anything a CPU runs in real time, and low enough that no
/// product of two of them, and no 32-bit sum of int8 products, can overflow.
package enum ModelLimits {
    /// Width of the residual stream, of all heads together, of the feed-forward part. Elements of one dot product:
    /// 65,536 * 255 * 127 < 2^31. With 4 bits there may be fewer: `Int4Panels.maximumColumns`.
    package static let width = 1 << 16
    package static let layers = 1 << 10
    package static let heads = 1 << 12
    /// Elements of one patch.
    static let patchSize = 1 << 20
    /// Patches in a context.
    package static let window = 1 << 16
    /// Sinks of a sliding context: one tile of keys.
    package static let sinks = 16
    /// Hertz.
    static let sampleRate = 1 << 20
    /// Samples in one window.
    static let windowSamples = 1 << 30
    /// Elements of all patches of one window, which a stream keeps in memory.
    static let windowElements = 1 << 26
    /// Points of the spectrum's transform.
    static let fftSize = 1 << 16
    static let mels = 1 << 12
    /// Pixels a side.
    package static let imageSide = 1 << 14
    static let vocabulary = 1 << 20
    static let codebooks = 1 << 6
    static let labels = 1 << 16
    /// Elements of what labels are learned by: a square matrix of so many is solved with when one is.
    static let learningWidth = 1 << 10
    /// Cells of a picture each way, by which labels are learned.
    static let learningGrid = 16
    /// Points of what else may be heard or seen.
    static let learningOthers = 1 << 12
    /// Bytes of one label's name.
    package static let labelBytes = 1 << 10
    /// Bytes of the converter's report.
    static let reportBytes = 1 << 14
}
