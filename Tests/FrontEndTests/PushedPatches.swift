import TacitFrontEnd
import TacitTestSupport

/// All patches that a front end emits for samples cut into pushes.
func patches(
    of samples: [Float], through frontEnd: any SoundFrontEnd, pushes: (Int) -> Int = { $0 }
) -> [[Float]] {
    var result: [[Float]] = []
    samples.withUnsafeBufferPointer { all in
        var start = 0
        while start < all.count {
            let count = min(max(1, pushes(all.count - start)), all.count - start)
            frontEnd.push(UnsafeBufferPointer(rebasing: all[start..<start + count])) { patch in
                result.append(Array(UnsafeBufferPointer(start: patch, count: frontEnd.geometry.patchSize)))
            }
            start += count
        }
    }
    return result
}

/// Repeatable noise, -1...1, with quiet and silent stretches.
func noise(_ count: Int, seed: UInt64) -> [Float] {
    var random = RandomNumbers(seed: seed)
    var loudness: Float = 1
    return (0..<count).map { index in
        if index % 97 == 0 { loudness = [1, 0.3, 0.01, 0].randomElement(using: &random) ?? 1 }
        return loudness * Float.random(in: -1...1, using: &random)
    }
}

/// Bit patterns, so that a comparison is of bits.
func bits(_ patches: [[Float]]) -> [[UInt32]] { patches.map { $0.map(\.bitPattern) } }

extension SoundGeometry {
    /// How many patches are whole once `samples` samples are there.
    func wholePatches(in samples: Int) -> Int {
        samples < samplesPerPatch ? 0 : (samples - samplesPerPatch) / samplesPerStride + 1
    }
}
