import TacitDiagnostics
import TacitFrontEnd
import TacitMedia

/// What a file holds that somebody teaches by, read once.
package enum TeachingMaterial {
    /// Samples at the model's rate, -1...1, mono; `leftOut` is whether the file goes on behind them.
    case sound([Float], sampleRate: Int, damage: SoundDamage, leftOut: Bool)
    /// Valid until the next file is read.
    case picture(PixelView)

    /// What is to be told of it, without the file's name; nil where it is whole.
    package var remark: String? {
        guard case .sound(let samples, let rate, let damage, let leftOut) = self else { return nil }
        var parts: [String] = []
        if !damage.isNone { parts.append("\(damage)") }
        if leftOut {
            parts.append("only its first \(samples.count / rate) s count: cut out what is meant")
        }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }
}

extension TeachingMaterial {
    /// Why it is no example of anything; nil where it may be one, as any picture may.
    var silence: String? {
        guard case .sound(let samples, let rate, _, _) = self else { return nil }
        return Silence.fault(samples, sampleRate: rate)
    }
}

extension FileLabeller {
    /// What a model says about it as a whole.
    ///
    /// - Throws: `TacitError` naming the file.
    package func read(_ material: TeachingMaterial, path: String) throws -> FileReading {
        switch material {
        case .sound(let samples, let rate, _, _):
            do {
                return try read(MemorySource(samples: samples, sampleRate: rate))
            } catch let error as TacitError {
                throw error.inFile(path)
            }
        case .picture(let view): return try read(view, path: path)
        }
    }
}
