import CTacitKernels

extension tacit_fourier_pass {
    /// One pass of Stockham's transform, with its twiddle factors; to be deallocated.
    ///
    /// - Parameters:
    ///   - length: what is left of the transform's length, a multiple of the radix.
    ///   - stride: the product of the radices of the passes before.
    init(radix: Int, length: Int, stride: Int) {
        let blocks = length / radix
        let twiddles = UnsafeMutablePointer<Float>.allocate(capacity: 2 * blocks * (radix - 1))
        for p in 0..<blocks {
            for k in 1..<radix {
                let root = UnitRoot(p * k, of: length)
                let at = 2 * (p * (radix - 1) + k - 1)
                (twiddles + at).initialize(to: Float(root.cosine))
                (twiddles + at + 1).initialize(to: Float(-root.sine))
            }
        }
        self.init(radix: radix, blocks: blocks, stride: stride, twiddles: twiddles)
    }

    func deallocate() {
        twiddles.deallocate()
    }
}
