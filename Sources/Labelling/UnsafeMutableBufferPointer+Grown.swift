extension UnsafeMutableBufferPointer where Element: AdditiveArithmetic {
    /// A longer one with the same elements in front and zeros behind; this one is given back.
    func grown(to count: Int) -> UnsafeMutableBufferPointer {
        let longer = UnsafeMutableBufferPointer.allocate(capacity: Swift.max(count, self.count))
        longer.initialize(repeating: .zero)
        for index in indices { longer[index] = self[index] }
        deallocate()
        return longer
    }
}
