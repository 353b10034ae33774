/// Zeros in a row, which are no sound in front of one or behind it.
struct ZeroRun {
    /// A file may claim any length and have nothing but zeros on no disk at all: behind so many of them nothing is
    /// looked for, else whoever names such a file waits for as long as it claims.
    static let longest = 64 << 20

    /// How many came last.
    private(set) var count = 0

    mutating func feed(_ bytes: UnsafeRawBufferPointer) {
        let zeros = bytes.reversed().prefix { $0 == 0 }.count
        count = zeros == bytes.count ? count + zeros : zeros
    }
}
