import CTacitKernels

/// |X[k]|^2 for k from 0 to n / 2 of tapered frames of any one length n, at least 2, of `TACIT_FRAMES` at a time.
///
/// An even length is transformed as a complex vector of half of it: even elements real, odd ones imaginary, and all of
/// them halved, so that nothing is to be halved later. An odd one is transformed as it is.
final class PowerSpectrum {
    /// n / 2 + 1.
    let binCount: Int
    private let length: Int
    private let isPacked: Bool
    /// What the elements of a frame are multiplied by, from `offset` on; the rest is zero.
    private let taper: [Float]
    private let offset: Int
    private let kernels: UnsafePointer<tacit_kernels>
    private let fourier: ComplexFourier
    private let data: FrameLanes
    /// Of an even length, `[n / 4 + 1][2]`: -i exp(-2i pi k / n).
    private let twiddles: [Float]

    /// - Parameter taper: no longer than `length`; stands in its middle.
    init(length: Int, taper: [Float], kernels: UnsafePointer<tacit_kernels>) {
        self.length = length
        self.kernels = kernels
        binCount = length / 2 + 1
        let isPacked = length % 2 == 0
        self.isPacked = isPacked
        self.taper = taper.map { isPacked ? $0 / 2 : $0 }
        offset = (length - taper.count) / 2
        fourier = ComplexFourier(length: isPacked ? length / 2 : length, kernels: kernels)
        data = FrameLanes(count: 2 * fourier.length)
        twiddles = (0...length / 4).flatMap { k -> [Float] in
            let root = UnitRoot(k, of: length)
            return [Float(-root.sine), Float(-root.cosine)]
        }
    }

    /// - Parameters:
    ///   - starts: where among the samples each frame begins.
    ///   - power: `[binCount]`, written.
    func run(_ samples: UnsafePointer<Float>, starts: UnsafePointer<Int>, power: FrameLanes) {
        // Of an odd length, every second number is an imaginary part, and zero.
        let step = isPacked ? 1 : 2
        let end = offset + taper.count
        if isPacked {
            data.clear(from: 0, count: offset)
            data.clear(from: end, count: length - end)
        } else {
            data.clear(from: 0, count: 2 * length)
        }
        kernels.pointee.taper_frames(
            samples + offset, starts, taper, taper.count, step, data.start + offset * step * FrameLanes.width)
        fourier.run(data)
        if isPacked {
            kernels.pointee.packed_power_spectrum(data.start, length, twiddles, power.start)
        } else {
            kernels.pointee.power_spectrum(data.start, binCount, power.start)
        }
    }
}
