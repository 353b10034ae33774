/// What a model takes in.
public enum Sense: Equatable, Sendable {
    /// Sound: mono samples, -1...1.
    ///
    /// - Parameters:
    ///   - sampleRate: hertz.
    ///   - windowSamples: how many make one window.
    case sound(sampleRate: Int, windowSamples: Int)
    /// Pictures of any size, which are scaled to this one, in pixels; 1 channel (grey) or 3 (RGB).
    case pictures(width: Int, height: Int, channels: Int)
    /// Ids, one a codebook in each patch.
    case tokens(vocabulary: Int, codebooks: Int)
}
