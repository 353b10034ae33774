import TacitDiagnostics
import TacitMedia

/// Mono samples and their rate.
public struct Sound: Sendable {
    /// Hertz.
    public let sampleRate: Int
    /// -1...1
    public let samples: [Float]
    /// What was lost of a file that is damaged.
    public let damage: SoundDamage

    /// `samples` are mono, -1...1.
    public init(sampleRate: Int, samples: [Float]) {
        self.init(sampleRate: sampleRate, samples: samples, damage: SoundDamage())
    }

    private init(sampleRate: Int, samples: [Float], damage: SoundDamage) {
        self.sampleRate = sampleRate
        self.samples = samples
        self.damage = damage
    }

    /// Decodes a sound file (WAV, FLAC, Ogg, MP3 and more), its channels averaged.
    ///
    /// `sampleRate` is what to convert to, in hertz; nil for the file's own.
    ///
    /// - Throws: `TacitError` naming the file: no input for what can't be read, bad data for what is no whole sound or
    ///   has a rate that can't be converted. Usage for a rate to convert to that is out of range.
    public init(_ path: String, sampleRate: Int? = nil) throws {
        if let sampleRate { try SoundSources.require(rate: sampleRate) }
        let path = SystemPath.ofFile(path)
        let file = try SoundFileSource(path: path)
        let source = try SoundSources.resample(file, to: sampleRate ?? file.sampleRate, file: path)
        var samples: [Float] = []
        try withUnsafeTemporaryAllocation(of: Float.self, capacity: 16_384) { buffer in
            while case .samples(let count) = try source.read(into: buffer) { samples += buffer[..<count] }
        }
        self.init(sampleRate: source.sampleRate, samples: samples, damage: source.damage)
    }
}
