import TacitDiagnostics

/// Opens sources at the rate a model wants.
package enum SoundSources {
    /// The largest magnitude taken for a sample. Files of floats may well exceed 1; beyond this they hold no sound, and
    /// their power would overflow.
    private static let largestMagnitude: Float = 1e9

    /// The largest magnitude taken for a sample of a program's own: 36 dB above full scale, where no sound gets by
    /// being converted or made louder, and integers that were not divided are soon.
    private static let largestOwn: Float = 64

    /// Where the first number stands that is no sample, if one is there.
    package static func firstInvalid(in samples: UnsafeBufferPointer<Float>) -> Int? {
        first(in: samples, beyond: largestMagnitude)
    }

    /// - Parameters:
    ///   - samples: of a program's own.
    ///   - position: of the first, for errors.
    /// - Throws: `TacitError` (bad data) for what is no sample, and for what is so far beyond -1...1 that it is none
    ///   either.
    package static func require(own samples: UnsafeBufferPointer<Float>, from position: Int) throws {
        guard let index = first(in: samples, beyond: largestOwn) else { return }
        let sample = samples[index]
        throw TacitError(
            .badData, place: "sample \(position + index)",
            sample.isFinite
                ? "\(sample), though samples run from -1 to 1: divide 16-bit integers by 32768"
                : "\(sample) is no sample")
    }

    private static func first(in samples: UnsafeBufferPointer<Float>, beyond limit: Float) -> Int? {
        // Without a way out of the loop, many are looked at together.
        var all = true
        for sample in samples { all = (sample.magnitude <= limit) && all }
        return all ? nil : samples.firstIndex { !($0.magnitude <= limit) }
    }

    /// The most channels that a source may have; more are refused as bad data.
    package static let maximumChannels = 256

    /// The rates that a source may have, in hertz.
    package static let rates = 1...10_000_000

    /// - Throws: `TacitError` (usage) for a rate out of range.
    package static func require(rate: Int) throws {
        guard rates.contains(rate) else {
            throw TacitError(
                .usage, "a rate of \(rate) Hz, expected \(rates.lowerBound) to \(rates.upperBound)")
        }
    }

    /// Rates of which one is more than so many times the other are not of sound, or not meant.
    private static let largestRatio = 256

    /// Whether what has one rate can be had at another.
    package static func canResample(_ rate: Int, to other: Int) -> Bool {
        rate > 0 && other > 0 && rates(to: other).contains(rate)
    }

    /// What can be had at a rate.
    static func rates(to other: Int) -> ClosedRange<Int> {
        let other = max(1, other)
        let least = other / largestRatio + (other % largestRatio == 0 ? 0 : 1)
        return least...(other > Int.max / largestRatio ? Int.max : other * largestRatio)
    }

    /// A sound file, or a pipe that has a name, as mono samples at `sampleRate`.
    ///
    /// Once `stopDescriptor` is readable or closed, the sound ends.
    ///
    /// - Throws: `TacitError`: no input for what is absent, unreadable, or neither a file nor a pipe; bad data for what
    ///   is no sound, or one whose rate can't be converted.
    package static func open(path: String, sampleRate: Int, stopDescriptor: Int32? = nil) throws -> any SampleSource {
        try resample(
            try SoundFileSource(path: path, stopDescriptor: stopDescriptor), to: sampleRate, file: path)
    }

    /// The same of a descriptor, which is never closed.
    ///
    /// - Throws: `TacitError`: bad data for what is no sound or has a rate that can't be converted, I/O error for a read that
    ///   fails.
    package static func open(descriptor: Int32, name: String, sampleRate: Int) throws -> any SampleSource {
        try resample(try SoundFileSource(descriptor: descriptor, name: name), to: sampleRate, file: name)
    }

    /// The source itself if it has the rate already, or a resampler behind it.
    ///
    /// - Throws: `TacitError` (bad data) for a rate that can't be converted.
    package static func resample(
        _ source: any SampleSource, to sampleRate: Int, file: String? = nil
    ) throws -> any SampleSource {
        guard source.sampleRate != sampleRate else { return source }
        do {
            return try ResampledSource(source, to: sampleRate)
        } catch let error as TacitError {
            throw file.map(error.inFile) ?? error
        }
    }
}
