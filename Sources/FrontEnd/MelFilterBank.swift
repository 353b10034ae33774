import Glibc

/// Triangles that gather a power spectrum into bands of equal width on the mel scale
/// (HTK: 2595 log10(1 + f / 700)), without normalisation: `torchaudio.functional.melscale_fbanks` with `norm=None` and
/// `mel_scale="htk"`, computed in double precision.
///
/// As there, bin k of n / 2 + 1 stands for the frequency `k * (sampleRate / 2) / (n / 2)` in whole-number halves, and a
/// triangle too narrow to meet a bin stays empty.
struct MelFilterBank {
    /// One band's triangle: its first bin, and where its weights stand.
    private struct Band {
        var firstBin: Int
        var firstWeight: Int
        var count: Int
    }

    private let bands: [Band]
    private let weights: [Float]

    var bandCount: Int { bands.count }

    init(bins: Int, bands count: Int, sampleRate: Int, minimumFrequency: Double, maximumFrequency: Double) {
        let lowest = Self.mel(minimumFrequency)
        let highest = Self.mel(maximumFrequency)
        let corners = (0..<count + 2).map { index in
            Self.frequency(lowest + (highest - lowest) * Double(index) / Double(count + 1))
        }
        var bands: [Band] = []
        var weights: [Float] = []
        for band in 0..<count {
            let (left, centre, right) = (corners[band], corners[band + 1], corners[band + 2])
            var entry = Band(firstBin: 0, firstWeight: weights.count, count: 0)
            for bin in 0..<bins {
                let frequency = Double(bin) * Double(sampleRate / 2) / Double(bins - 1)
                let weight = Float(min((frequency - left) / (centre - left), (right - frequency) / (right - centre)))
                if weight > 0 {
                    if entry.count == 0 { entry.firstBin = bin }
                    weights.append(weight)
                    entry.count += 1
                }
            }
            bands.append(entry)
        }
        self.bands = bands
        self.weights = weights
    }

    /// - Parameters:
    ///   - power: `[bins]`.
    ///   - energies: `[bandCount]`, written.
    func apply(_ power: UnsafePointer<Lanes>, _ energies: UnsafeMutablePointer<Lanes>) {
        bands.withUnsafeBufferPointer { bands in
            weights.withUnsafeBufferPointer { weights in
                for index in 0..<bands.count {
                    let band = bands[index]
                    var sum = Lanes.zero
                    for j in 0..<band.count {
                        sum += power[band.firstBin &+ j] * weights[band.firstWeight &+ j]
                    }
                    energies[index] = sum
                }
            }
        }
    }

    static func mel(_ frequency: Double) -> Double { 2595 * log10(1 + frequency / 700) }
    static func frequency(_ mel: Double) -> Double { 700 * (pow(10, mel / 2595) - 1) }
}
