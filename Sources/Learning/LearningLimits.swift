/// The most there may be, so that a file of it all is read and computed anew within a moment.
package enum LearningLimits {
    package static let labels = 4096
    /// Of one label.
    package static let examples = 256
    /// Of one label's name.
    package static let nameBytes = 256
    /// Rows of one example.
    package static let copies = 64
    /// Elements of a row.
    package static let width = 4096
    /// Hertz of a clip.
    package static let sampleRate = 10_000_000
    /// Bytes of a file.
    package static let fileBytes = 1 << 29
    /// Seconds of one clip.
    package static let clipSeconds = 600.0
    /// Bytes of all clips together.
    static let clipBytes = 1 << 27
    /// Seconds of all clips together: what is kept at a low rate is computed anew at a model's.
    static let allClipsSeconds = 14_400.0
}
