extension Sequence<UInt8> {
    /// The number that these bytes are, seven of them at most, the highest first.
    var bigEndianNumber: Int { reduce(0) { $0 << 8 | Int($1) } }
}

extension BidirectionalCollection<UInt8> {
    /// The number that these bytes are, seven of them at most, the lowest first.
    var littleEndianNumber: Int { reversed().bigEndianNumber }
}
