import TacitDiagnostics

/// The order of names that people expect: digits that stand together are one number.
enum NaturalOrder {
    /// Equal numbers, and all else, go by their bytes, so that the order is a total one.
    static func precedes(_ first: String, _ second: String) -> Bool {
        let (a, b) = (Array(first.utf8), Array(second.utf8))
        var (i, j) = (0, 0)
        while i < a.count, j < b.count {
            guard a[i].isASCIIDigit, b[j].isASCIIDigit else {
                if a[i] != b[j] { return a[i] < b[j] }
                i += 1
                j += 1
                continue
            }
            let (x, y) = (digits(a, &i), digits(b, &j))
            if x.count != y.count { return x.count < y.count }
            if !x.elementsEqual(y) { return x.lexicographicallyPrecedes(y) }
        }
        if a.count - i != b.count - j { return a.count - i < b.count - j }
        return a.lexicographicallyPrecedes(b)
    }

    /// The number that begins at `place`, without zeros in front; `place` goes behind it.
    private static func digits(_ bytes: [UInt8], _ place: inout Int) -> ArraySlice<UInt8> {
        while place < bytes.count, bytes[place] == 0x30 { place += 1 }
        let start = place
        while place < bytes.count, bytes[place].isASCIIDigit { place += 1 }
        return bytes[start..<place]
    }
}
