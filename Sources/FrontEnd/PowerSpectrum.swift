/// |X[k]|^2 for k from 0 to n / 2 of real vectors of any one length n, at least 2, four at a time.
///
/// An even length is transformed as a complex vector of half of it: even elements real, odd ones imaginary. An odd one
/// is transformed as it is.
final class PowerSpectrum {
    /// n.
    let length: Int
    /// n / 2 + 1.
    let binCount: Int
    private let fourier: ComplexFourier
    private let data: ComplexLanes
    /// Pairs (cosine, sine) of exp(-2i pi k / n) for k to n / 4.
    private let twiddles: [Float]

    init(length: Int) {
        self.length = length
        binCount = length / 2 + 1
        let complexLength = length % 2 == 0 ? length / 2 : length
        fourier = ComplexFourier(length: complexLength)
        data = ComplexLanes(capacity: complexLength)
        twiddles = (0...length / 4).flatMap { k -> [Float] in
            let root = UnitRoot(k, of: length)
            return [Float(root.cosine), Float(-root.sine)]
        }
    }

    deinit {
        data.deallocate()
    }

    /// - Parameters:
    ///   - elements: `[count]`, what the vector holds from `offset` on; the rest is zero.
    ///   - power: `[binCount]`, written.
    func run(_ elements: UnsafePointer<Lanes>, count: Int, offset: Int, power: UnsafeMutablePointer<Lanes>) {
        if length % 2 == 0 {
            load(elements, count: count, offset: offset)
            fourier.run(data)
            untangle(power)
        } else {
            data.real.update(repeating: .zero, count: length)
            data.imaginary.update(repeating: .zero, count: length)
            for j in 0..<count {
                data.real[offset &+ j] = elements[j]
            }
            fourier.run(data)
            for k in 0..<binCount {
                power[k] = data.real[k] * data.real[k] + data.imaginary[k] * data.imaginary[k]
            }
        }
    }

    private func load(_ elements: UnsafePointer<Lanes>, count: Int, offset: Int) {
        let half = length / 2
        let first = offset / 2
        let end = (offset + count + 1) / 2
        data.real.update(repeating: .zero, count: first)
        data.imaginary.update(repeating: .zero, count: first)
        (data.real + end).update(repeating: .zero, count: half - end)
        (data.imaginary + end).update(repeating: .zero, count: half - end)
        for z in first..<end {
            let even = 2 &* z &- offset
            data.real[z] = even >= 0 ? elements[even] : .zero
            data.imaginary[z] = even &+ 1 < count ? elements[even &+ 1] : .zero
        }
    }

    /// From the half-length transform Z to the powers: with E and O the transforms of the even and odd elements,
    /// X[k] = E[k] + w^k O[k] and X[n / 2 - k] = conj(E[k] - w^k O[k]).
    private func untangle(_ power: UnsafeMutablePointer<Lanes>) {
        let half = length / 2
        let sum = data.real[0] + data.imaginary[0]
        let gap = data.real[0] - data.imaginary[0]
        power[0] = sum * sum
        power[half] = gap * gap
        guard half > 1 else { return }
        let scale: Float = 0.5
        twiddles.withUnsafeBufferPointer { twiddles in
            guard let twiddle = twiddles.baseAddress else { return }
            for k in 1...half / 2 {
                let mirrored = half &- k
                let ar = data.real[k]
                let ai = data.imaginary[k]
                let br = data.real[mirrored]
                let bi = data.imaginary[mirrored]
                let evenReal = (ar + br) * scale
                let evenImaginary = (ai - bi) * scale
                let oddReal = (ai + bi) * scale
                let oddImaginary = (br - ar) * scale
                let cosine = twiddle[2 &* k]
                let sine = twiddle[2 &* k &+ 1]
                let turnedReal = oddReal * cosine - oddImaginary * sine
                let turnedImaginary = oddReal * sine + oddImaginary * cosine
                let nearReal = evenReal + turnedReal
                let nearImaginary = evenImaginary + turnedImaginary
                let farReal = evenReal - turnedReal
                let farImaginary = evenImaginary - turnedImaginary
                power[k] = nearReal * nearReal + nearImaginary * nearImaginary
                power[mirrored] = farReal * farReal + farImaginary * farImaginary
            }
        }
    }
}
