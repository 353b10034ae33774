import CTacitKernels

/// The discrete Fourier transform of complex vectors of any one length, of `TACIT_FRAMES` at a time:
/// X[k] = sum over j of x[j] exp(-2i pi j k / n).
///
/// Lengths whose prime factors are 2, 3 and 5 go through Stockham passes; others through Bluestein's convolution
/// (Bluestein 1970) over the next power of two that holds it.
final class ComplexFourier {
    let length: Int
    private let kernels: UnsafePointer<tacit_kernels>
    private let passes: [tacit_fourier_pass]
    private let chirp: Chirp?
    private let scratch: FrameLanes

    init(length: Int, kernels: UnsafePointer<tacit_kernels>) {
        self.length = length
        self.kernels = kernels
        var rest = length
        var radices: [Int] = []
        for radix in [4, 2, 3, 5] {
            while rest % radix == 0 {
                radices.append(radix)
                rest /= radix
            }
        }
        if rest == 1 {
            var stride = 1
            var passes: [tacit_fourier_pass] = []
            for radix in radices {
                passes.append(tacit_fourier_pass(radix: radix, length: length / stride, stride: stride))
                stride *= radix
            }
            self.passes = passes
            chirp = nil
            scratch = FrameLanes(count: 2 * length)
        } else {
            passes = []
            let chirp = Chirp(length: length, kernels: kernels)
            self.chirp = chirp
            scratch = FrameLanes(count: 2 * chirp.transform.length)
        }
    }

    deinit {
        for pass in passes { pass.deallocate() }
    }

    /// Transforms in place.
    func run(_ data: FrameLanes) {
        if let chirp {
            runChirp(data, chirp)
            return
        }
        var from = data.start
        var to = scratch.start
        passes.withUnsafeBufferPointer { passes in
            for index in passes.indices {
                if let pass = passes.baseAddress { kernels.pointee.fourier_pass(pass + index, from, to) }
                swap(&from, &to)
            }
        }
        if from != data.start { data.start.update(from: from, count: 2 * length * FrameLanes.width) }
    }

    private func runChirp(_ data: FrameLanes, _ chirp: Chirp) {
        let multiply = kernels.pointee.multiply_complex
        let padded = chirp.transform.length
        multiply(data.start, chirp.conjugate, length, false, scratch.start)
        scratch.clear(from: 2 * length, count: 2 * (padded - length))
        chirp.transform.run(scratch)
        // Conjugated, so that the forward transform gives the (conjugated) inverse.
        multiply(scratch.start, chirp.filter, padded, true, scratch.start)
        chirp.transform.run(scratch)
        multiply(scratch.start, chirp.chirp, length, true, data.start)
    }
}

/// What Bluestein's transform needs: the chirp exp(i pi j^2 / n), and the transform of its cyclic continuation.
private final class Chirp {
    let transform: ComplexFourier
    /// `[length][2]`.
    let chirp: [Float]
    let conjugate: [Float]
    /// Transform of the chirp, divided by the transform's length, `[transform.length][2]`.
    let filter: [Float]

    init(length: Int, kernels: UnsafePointer<tacit_kernels>) {
        var padded = 1
        while padded < 2 * length - 1 { padded *= 2 }
        transform = ComplexFourier(length: padded, kernels: kernels)
        let roots = (0..<length).map { UnitRoot($0 * $0 % (2 * length), of: 2 * length) }
        chirp = roots.flatMap { [Float($0.cosine), Float($0.sine)] }
        conjugate = roots.flatMap { [Float($0.cosine), Float(-$0.sine)] }
        // In all lanes, of which one is kept.
        let lanes = FrameLanes(count: 2 * padded)
        for (j, root) in roots.enumerated() {
            for place in Set([j, (padded - j) % padded]) {
                let real = lanes.start + 2 * place * FrameLanes.width
                real.update(repeating: Float(root.cosine / Double(padded)), count: FrameLanes.width)
                (real + FrameLanes.width).update(
                    repeating: Float(root.sine / Double(padded)), count: FrameLanes.width)
            }
        }
        transform.run(lanes)
        filter = (0..<2 * padded).map { lanes.start[$0 * FrameLanes.width] }
    }
}
