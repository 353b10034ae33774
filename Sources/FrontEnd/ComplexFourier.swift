/// The discrete Fourier transform of complex vectors of any one length, four at a time:
/// X[k] = sum over j of x[j] exp(-2i pi j k / n).
///
/// Lengths whose prime factors are 2, 3 and 5 go through Stockham passes; others through Bluestein's convolution
/// (Bluestein 1970) over the next power of two that holds it.
final class ComplexFourier {
    let length: Int
    private let passes: [FourierPass]
    private let chirp: Chirp?
    private let scratch: ComplexLanes

    init(length: Int) {
        self.length = length
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
            var passes: [FourierPass] = []
            for radix in radices {
                passes.append(FourierPass(radix: radix, length: length / stride, stride: stride))
                stride *= radix
            }
            self.passes = passes
            chirp = nil
            scratch = ComplexLanes(capacity: length)
        } else {
            passes = []
            let chirp = Chirp(length: length)
            self.chirp = chirp
            scratch = ComplexLanes(capacity: chirp.transform.length)
        }
    }

    deinit {
        scratch.deallocate()
    }

    /// Transforms in place.
    func run(_ data: ComplexLanes) {
        if let chirp {
            runChirp(data, chirp)
            return
        }
        var from = data
        var to = scratch
        for pass in passes {
            pass.run(from: from, to: to)
            swap(&from, &to)
        }
        if passes.count % 2 == 1 {
            data.real.update(from: scratch.real, count: length)
            data.imaginary.update(from: scratch.imaginary, count: length)
        }
    }

    private func runChirp(_ data: ComplexLanes, _ chirp: Chirp) {
        let padded = chirp.transform.length
        for j in 0..<length {
            let c = chirp.cosines[j]
            let s = chirp.sines[j]
            // x[j] * conjugate chirp
            scratch.real[j] = data.real[j] * c + data.imaginary[j] * s
            scratch.imaginary[j] = data.imaginary[j] * c - data.real[j] * s
        }
        (scratch.real + length).update(repeating: .zero, count: padded - length)
        (scratch.imaginary + length).update(repeating: .zero, count: padded - length)
        chirp.transform.run(scratch)
        for j in 0..<padded {
            let fr = chirp.filter.real[j]
            let fi = chirp.filter.imaginary[j]
            let re = scratch.real[j]
            let im = scratch.imaginary[j]
            // Conjugated, so that the forward transform gives the (conjugated) inverse.
            scratch.real[j] = re * fr - im * fi
            scratch.imaginary[j] = -(re * fi + im * fr)
        }
        chirp.transform.run(scratch)
        for j in 0..<length {
            let c = chirp.cosines[j]
            let s = chirp.sines[j]
            let re = scratch.real[j]
            let im = -scratch.imaginary[j]
            data.real[j] = re * c + im * s
            data.imaginary[j] = im * c - re * s
        }
    }
}

/// What Bluestein's transform needs: the chirp exp(i pi j^2 / n), and the transform of its cyclic continuation.
private final class Chirp {
    let transform: ComplexFourier
    let cosines: [Float]
    let sines: [Float]
    /// Transform of the chirp, divided by the transform's length.
    let filter: ComplexLanes

    init(length: Int) {
        var padded = 1
        while padded < 2 * length - 1 { padded *= 2 }
        transform = ComplexFourier(length: padded)
        let roots = (0..<length).map { UnitRoot($0 * $0 % (2 * length), of: 2 * length) }
        cosines = roots.map { Float($0.cosine) }
        sines = roots.map { Float($0.sine) }
        filter = ComplexLanes(capacity: padded)
        for j in 0..<length {
            let real = Lanes(repeating: Float(roots[j].cosine / Double(padded)))
            let imaginary = Lanes(repeating: Float(roots[j].sine / Double(padded)))
            filter.real[j] = real
            filter.imaginary[j] = imaginary
            if j > 0 {
                filter.real[padded - j] = real
                filter.imaginary[padded - j] = imaginary
            }
        }
        transform.run(filter)
    }

    deinit {
        filter.deallocate()
    }
}
