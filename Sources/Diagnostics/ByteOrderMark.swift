extension Array where Element == UInt8 {
    /// Bytes of the mark that editors on Windows put before a text in UTF-8, which is no part of it; 0 without one.
    package var markLength: Int {
        let mark: [UInt8] = [0xef, 0xbb, 0xbf]
        return starts(with: mark) ? mark.count : 0
    }
}
