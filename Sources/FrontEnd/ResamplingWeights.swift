/// How each pixel of a scaled row (or column) is weighed from the pixels it comes from, as Pillow's `Image.resize`
/// has it for 8-bit images: the filter is widened by the scale when shrinking (so that every source pixel counts), its
/// values at the pixels' centres are normalised to a sum of 1 and rounded to 22 fractional bits.
struct ResamplingWeights: ~Copyable {
    enum Filter {
        /// Every pixel within half a target pixel counts the same.
        case box
        /// A triangle of half-width 1.
        case bilinear

        fileprivate var support: Double {
            switch self {
            case .box: 0.5
            case .bilinear: 1
            }
        }

        fileprivate func weight(_ distance: Double) -> Double {
            switch self {
            case .box: distance > -0.5 && distance <= 0.5 ? 1 : 0
            case .bilinear: max(0, 1 - distance.magnitude)
            }
        }
    }

    /// Fractional bits: with pixels of 8 bits, sums stay within 32.
    static let fractionBits = 22

    let count: Int
    /// Weights that each target pixel has room for.
    let stride: Int
    /// The first source pixel of each target pixel, `[count]`.
    let starts: UnsafeMutablePointer<Int32>
    /// How many there are, `[count]`.
    let lengths: UnsafeMutablePointer<Int32>
    /// `[count][stride]`
    let weights: UnsafeMutablePointer<Int32>

    /// - Parameters:
    ///   - source: pixels there are.
    ///   - count: pixels wanted.
    init(source: Int, count: Int, filter: Filter) {
        let scale = Double(source) / Double(count)
        let widening = max(scale, 1)
        let support = filter.support * widening
        let narrowing = 1 / widening
        self.count = count
        stride = Int(support.rounded(.up)) * 2 + 1
        starts = .allocate(capacity: count)
        lengths = .allocate(capacity: count)
        weights = .allocate(capacity: count * stride)
        weights.initialize(repeating: 0, count: count * stride)
        let values = UnsafeMutablePointer<Double>.allocate(capacity: stride)
        defer { values.deallocate() }
        for index in 0..<count {
            let center = (Double(index) + 0.5) * scale
            let first = max(0, Int(center - support + 0.5))
            let length = min(min(source, Int(center + support + 0.5)) - first, stride)
            var sum = 0.0
            for tap in 0..<length {
                values[tap] = filter.weight((Double(first + tap) - center + 0.5) * narrowing)
                sum += values[tap]
            }
            for tap in 0..<length {
                let weight = sum == 0 ? 0 : values[tap] / sum
                weights[index * stride + tap] = Int32(0.5 + weight * Double(1 << Self.fractionBits))
            }
            (starts + index).initialize(to: Int32(first))
            (lengths + index).initialize(to: Int32(length))
        }
    }

    deinit {
        starts.deallocate()
        lengths.deallocate()
        weights.deallocate()
    }
}
