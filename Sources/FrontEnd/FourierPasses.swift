/// Four frames at once, one a lane: every lane goes through the same arithmetic, so a frame's result does not depend
/// on its neighbours, and any radix is vectorised without a shuffle.
typealias Lanes = SIMD4<Float>

/// Four complex vectors of one length, one a lane.
struct ComplexLanes {
    let real: UnsafeMutablePointer<Lanes>
    let imaginary: UnsafeMutablePointer<Lanes>

    init(capacity: Int) {
        real = .allocate(capacity: capacity)
        imaginary = .allocate(capacity: capacity)
        real.initialize(repeating: .zero, count: capacity)
        imaginary.initialize(repeating: .zero, count: capacity)
    }

    func deallocate() {
        real.deallocate()
        imaginary.deallocate()
    }
}

/// One pass of Stockham's self-sorting transform, decimation in frequency (Van Loan 1992, Computational Frameworks
/// for the Fast Fourier Transform, section 1.7): with L = `radix * blocks` what is left of the length,
///
///     out[q + stride * (radix * p + k)] = exp(-2i pi p k / L) * sum over r of exp(-2i pi r k / radix) * in[q + stride * (p + blocks * r)]
///
/// for p below `blocks`, q below `stride`, k and r below `radix`.
final class FourierPass {
    let radix: Int
    private let blocks: Int
    private let stride: Int
    /// `[blocks][radix - 1]` pairs (cosine, sine) of the twiddle factors for k from 1.
    private let twiddles: UnsafeMutablePointer<Float>

    init(radix: Int, length: Int, stride: Int) {
        self.radix = radix
        self.stride = stride
        blocks = length / radix
        twiddles = .allocate(capacity: 2 * max(blocks * (radix - 1), 1))
        for p in 0..<blocks {
            for k in 1..<radix {
                let root = UnitRoot(p * k, of: length)
                let at = 2 * (p * (radix - 1) + k - 1)
                twiddles[at] = Float(root.cosine)
                twiddles[at + 1] = Float(-root.sine)
            }
        }
    }

    deinit {
        twiddles.deallocate()
    }

    func run(from input: ComplexLanes, to output: ComplexLanes) {
        switch radix {
        case 2: runRadix2(input, output)
        case 3: runRadix3(input, output)
        case 4: runRadix4(input, output)
        default: runRadix5(input, output)
        }
    }

    @inline(__always)
    private func store(
        _ real: Lanes, _ imaginary: Lanes, _ twiddle: UnsafePointer<Float>, _ output: ComplexLanes, _ at: Int
    ) {
        let cosine = twiddle[0]
        let sine = twiddle[1]
        output.real[at] = real * cosine - imaginary * sine
        output.imaginary[at] = real * sine + imaginary * cosine
    }

    private func runRadix2(_ input: ComplexLanes, _ output: ComplexLanes) {
        let apart = stride &* blocks
        for p in 0..<blocks {
            let w = UnsafePointer(twiddles + 2 &* p)
            for q in 0..<stride {
                let a = q &+ stride &* p
                let b = a &+ apart
                let to = q &+ stride &* 2 &* p
                let ar = input.real[a]
                let ai = input.imaginary[a]
                let br = input.real[b]
                let bi = input.imaginary[b]
                output.real[to] = ar + br
                output.imaginary[to] = ai + bi
                store(ar - br, ai - bi, w, output, to &+ stride)
            }
        }
    }

    private func runRadix3(_ input: ComplexLanes, _ output: ComplexLanes) {
        let apart = stride &* blocks
        let half: Float = 0.5
        let root: Float = 0.866_025_403_784_438_6  // sin(2 pi / 3)
        for p in 0..<blocks {
            let w = UnsafePointer(twiddles + 4 &* p)
            for q in 0..<stride {
                let a = q &+ stride &* p
                let to = q &+ stride &* 3 &* p
                let ar = input.real[a]
                let ai = input.imaginary[a]
                let br = input.real[a &+ apart]
                let bi = input.imaginary[a &+ apart]
                let cr = input.real[a &+ 2 &* apart]
                let ci = input.imaginary[a &+ 2 &* apart]
                let sumReal = br + cr
                let sumImaginary = bi + ci
                let turnedReal = (bi - ci) * root
                let turnedImaginary = (cr - br) * root
                let middleReal = ar - sumReal * half
                let middleImaginary = ai - sumImaginary * half
                output.real[to] = ar + sumReal
                output.imaginary[to] = ai + sumImaginary
                store(middleReal + turnedReal, middleImaginary + turnedImaginary, w, output, to &+ stride)
                store(middleReal - turnedReal, middleImaginary - turnedImaginary, w + 2, output, to &+ 2 &* stride)
            }
        }
    }

    private func runRadix4(_ input: ComplexLanes, _ output: ComplexLanes) {
        let apart = stride &* blocks
        for p in 0..<blocks {
            let w = UnsafePointer(twiddles + 6 &* p)
            for q in 0..<stride {
                let a = q &+ stride &* p
                let to = q &+ stride &* 4 &* p
                let ar = input.real[a]
                let ai = input.imaginary[a]
                let br = input.real[a &+ apart]
                let bi = input.imaginary[a &+ apart]
                let cr = input.real[a &+ 2 &* apart]
                let ci = input.imaginary[a &+ 2 &* apart]
                let dr = input.real[a &+ 3 &* apart]
                let di = input.imaginary[a &+ 3 &* apart]
                let acSumReal = ar + cr
                let acSumImaginary = ai + ci
                let acGapReal = ar - cr
                let acGapImaginary = ai - ci
                let bdSumReal = br + dr
                let bdSumImaginary = bi + di
                // (b - d) turned by -i.
                let bdGapReal = bi - di
                let bdGapImaginary = dr - br
                output.real[to] = acSumReal + bdSumReal
                output.imaginary[to] = acSumImaginary + bdSumImaginary
                store(acGapReal + bdGapReal, acGapImaginary + bdGapImaginary, w, output, to &+ stride)
                store(acSumReal - bdSumReal, acSumImaginary - bdSumImaginary, w + 2, output, to &+ 2 &* stride)
                store(acGapReal - bdGapReal, acGapImaginary - bdGapImaginary, w + 4, output, to &+ 3 &* stride)
            }
        }
    }

    private func runRadix5(_ input: ComplexLanes, _ output: ComplexLanes) {
        let apart = stride &* blocks
        let cosine1: Float = 0.309_016_994_374_947_45  // cos(2 pi / 5)
        let cosine2: Float = -0.809_016_994_374_947_4  // cos(4 pi / 5)
        let sine1: Float = 0.951_056_516_295_153_5  // sin(2 pi / 5)
        let sine2: Float = 0.587_785_252_292_473_1  // sin(4 pi / 5)
        for p in 0..<blocks {
            let w = UnsafePointer(twiddles + 8 &* p)
            for q in 0..<stride {
                let a = q &+ stride &* p
                let to = q &+ stride &* 5 &* p
                let ar = input.real[a]
                let ai = input.imaginary[a]
                let beSumReal = input.real[a &+ apart] + input.real[a &+ 4 &* apart]
                let beGapReal = input.real[a &+ apart] - input.real[a &+ 4 &* apart]
                let beSumImaginary = input.imaginary[a &+ apart] + input.imaginary[a &+ 4 &* apart]
                let beGapImaginary = input.imaginary[a &+ apart] - input.imaginary[a &+ 4 &* apart]
                let cdSumReal = input.real[a &+ 2 &* apart] + input.real[a &+ 3 &* apart]
                let cdGapReal = input.real[a &+ 2 &* apart] - input.real[a &+ 3 &* apart]
                let cdSumImaginary = input.imaginary[a &+ 2 &* apart] + input.imaginary[a &+ 3 &* apart]
                let cdGapImaginary = input.imaginary[a &+ 2 &* apart] - input.imaginary[a &+ 3 &* apart]
                output.real[to] = ar + beSumReal + cdSumReal
                output.imaginary[to] = ai + beSumImaginary + cdSumImaginary
                let oneReal = ar + beSumReal * cosine1 + cdSumReal * cosine2
                let oneImaginary = ai + beSumImaginary * cosine1 + cdSumImaginary * cosine2
                let twoReal = ar + beSumReal * cosine2 + cdSumReal * cosine1
                let twoImaginary = ai + beSumImaginary * cosine2 + cdSumImaginary * cosine1
                let oneTurnedReal = beGapImaginary * sine1 + cdGapImaginary * sine2
                let oneTurnedImaginary = beGapReal * sine1 + cdGapReal * sine2
                let twoTurnedReal = beGapImaginary * sine2 - cdGapImaginary * sine1
                let twoTurnedImaginary = beGapReal * sine2 - cdGapReal * sine1
                store(oneReal + oneTurnedReal, oneImaginary - oneTurnedImaginary, w, output, to &+ stride)
                store(twoReal + twoTurnedReal, twoImaginary - twoTurnedImaginary, w + 2, output, to &+ 2 &* stride)
                store(twoReal - twoTurnedReal, twoImaginary + twoTurnedImaginary, w + 4, output, to &+ 3 &* stride)
                store(oneReal - oneTurnedReal, oneImaginary + oneTurnedImaginary, w + 6, output, to &+ 4 &* stride)
            }
        }
    }
}
