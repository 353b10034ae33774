/// A sound or a picture that a label was taught by.
package struct Example: Equatable, Sendable {
    /// `[copies][width]`: what the model makes of it as it is, and then of copies that were shifted, mixed with the
    /// place's own sound, made louder and softer.
    package var rows: [Float]
    /// `[parts][width]`: what the model makes of a part of it alone, or of its parts in the wrong order, which is not
    /// that sound; of a label's examples alone.
    package var parts: [Float]
    /// What was heard or seen, to teach another model by; nil where it was not to be kept.
    package var clip: Clip?
    /// Labels of the model's own that it says of it; kept of a background alone, of which each of them is an error.
    package var said: [String]

    package init(rows: [Float], parts: [Float] = [], clip: Clip?, said: [String] = []) {
        self.rows = rows
        self.parts = parts
        self.clip = clip
        self.said = said
    }

    /// The same, but for what it was made of.
    package var withoutClip: Example { Example(rows: rows, parts: parts, clip: nil, said: said) }

    /// Whether both are of the same sound or picture: what the model makes of it as it is is the same, and so is the
    /// clip, where both have one of the same rate or size. Copies differ with the background.
    ///
    /// - Parameter width: elements of a row.
    func isSame(as other: Example, width: Int) -> Bool {
        guard rows.prefix(width) == other.rows.prefix(width) else { return false }
        guard let clip, let otherClip = other.clip else { return true }
        return clip == otherClip || clip.format != otherClip.format
    }
}

/// What an example was made of.
package enum Clip: Equatable, Sendable {
    /// Mono.
    case sound(samples: [Int16], sampleRate: Int)
    /// `[height][width][channels]`.
    case picture(pixels: [UInt8], width: Int, height: Int, channels: Int)

    /// Bytes that it takes in a file.
    package var byteCount: Int {
        switch self {
        case .sound(let samples, _): samples.count * 2
        case .picture(let pixels, _, _, _): pixels.count
        }
    }

    /// The rate of a sound; height, width and channels of a picture.
    fileprivate var format: [Int] {
        switch self {
        case .sound(_, let rate): [rate]
        case .picture(_, let width, let height, let channels): [height, width, channels]
        }
    }

    /// Seconds of a sound; 0 of a picture.
    var seconds: Double {
        switch self {
        case .sound(let samples, let rate): rate > 0 ? Double(samples.count) / Double(rate) : 0
        case .picture: 0
        }
    }
}
