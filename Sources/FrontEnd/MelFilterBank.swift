import CTacitKernels
import Glibc

/// Triangles that gather a power spectrum into bands of equal width on the mel scale
/// (HTK: 2595 log10(1 + f / 700)), without normalisation: `torchaudio.functional.melscale_fbanks` with `norm=None` and
/// `mel_scale="htk"`, computed in double precision.
///
/// As there, bin k of n / 2 + 1 stands for the frequency `k * (sampleRate / 2) / (n / 2)` in whole-number halves, and a
/// triangle too narrow to meet a bin stays empty.
struct MelFilterBank {
    private let bands: [tacit_mel_band]
    /// Of all bands, one behind another.
    private let weights: [Float]

    init(bins: Int, bands count: Int, sampleRate: Int, minimumFrequency: Double, maximumFrequency: Double) {
        let lowest = Self.mel(minimumFrequency)
        let highest = Self.mel(maximumFrequency)
        let corners = (0..<count + 2).map { index in
            Self.frequency(lowest + (highest - lowest) * Double(index) / Double(count + 1))
        }
        var bands: [tacit_mel_band] = []
        var weights: [Float] = []
        for band in 0..<count {
            let (left, centre, right) = (corners[band], corners[band + 1], corners[band + 2])
            var entry = tacit_mel_band(first_bin: 0, bins: 0)
            for bin in 0..<bins {
                let frequency = Double(bin) * Double(sampleRate / 2) / Double(bins - 1)
                let weight = Float(min((frequency - left) / (centre - left), (right - frequency) / (right - centre)))
                if weight > 0 {
                    if entry.bins == 0 { entry.first_bin = bin }
                    weights.append(weight)
                    entry.bins += 1
                }
            }
            bands.append(entry)
        }
        self.bands = bands
        self.weights = weights
    }

    /// - Parameters:
    ///   - power: `[bins]`.
    ///   - energies: one for each band, written.
    func apply(_ kernels: UnsafePointer<tacit_kernels>, _ power: FrameLanes, _ energies: FrameLanes) {
        kernels.pointee.mel_energies(power.start, bands, bands.count, weights, energies.start)
    }

    static func mel(_ frequency: Double) -> Double { 2595 * log10(1 + frequency / 700) }
    static func frequency(_ mel: Double) -> Double { 700 * (pow(10, mel / 2595) - 1) }
}
