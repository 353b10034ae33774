/// The greatest sizes a model may have. They lie far above anything a CPU runs in real time, and low enough that no
/// product of two of them, and no 32-bit sum of int8 products, can overflow.
public enum ModelLimits {
    /// Width of the residual stream, of all heads together, of the feed-forward part. Elements of one dot product:
    /// 65,536 * 255 * 127 < 2^31. With 4 bits there may be fewer: `Int4Panels.maximumColumns`.
    public static let width = 1 << 16
    public static let layers = 1 << 10
    public static let heads = 1 << 12
    /// Elements of one patch.
    public static let patchSize = 1 << 20
    /// Patches in a context.
    public static let window = 1 << 16
    /// Hertz.
    public static let sampleRate = 1 << 20
    /// Samples in one window.
    public static let windowSamples = 1 << 30
    /// Elements of all patches of one window, which a stream keeps in memory.
    public static let windowElements = 1 << 26
    /// Points of the spectrum's transform.
    public static let fftSize = 1 << 16
    public static let mels = 1 << 12
    /// Pixels a side.
    public static let imageSide = 1 << 14
    public static let vocabulary = 1 << 20
    public static let codebooks = 1 << 6
    public static let labels = 1 << 16
    /// Bytes of one label's name.
    public static let labelBytes = 1 << 10
}
