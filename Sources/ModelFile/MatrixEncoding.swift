/// How a matrix's panels are encoded. The layout of each is part of the file format (see `MatrixView`).
///
/// In the metadata an encoding is three numbers: bits a weight, weights in a group along K that share a scale (0: the
/// whole channel), and the version of the panels' layout.
package enum MatrixEncoding: Equatable, Sendable {
    /// 32-bit floats.
    case float32
    /// 8-bit integers, symmetric, one scale an output channel.
    case int8
    /// Two planes of these, the second for what the first leaves of each weight: for narrow trunks, which can spare
    /// the bytes and the time, but not the roundings.
    case int8TwoPlanes
    /// 4-bit integers, one scale an output channel and, in terms of it, one small integer a group of so many weights
    /// along K: one of `Int4Panels.groupSizes`.
    case int4(groupSize: Int)

    /// Bits a level.
    package var bits: Int {
        switch self {
        case .float32: 32
        case .int8, .int8TwoPlanes: 8
        case .int4: 4
        }
    }

    /// Sets of levels, which add up; 0 for floats.
    package var planes: Int {
        switch self {
        case .float32: 0
        case .int8, .int4: 1
        case .int8TwoPlanes: 2
        }
    }

    /// Weights along K that share a scale; 0 where a whole channel does.
    package var groupSize: Int {
        switch self {
        case .float32, .int8, .int8TwoPlanes: 0
        case .int4(let groupSize): groupSize
        }
    }

    /// Version of the panels' layout. One that a reader does not know is refused; 1 and 2 of 8 bits were those of the
    /// rule of pairs.
    var layout: Int {
        switch self {
        case .float32, .int4: 1
        case .int8: 3
        case .int8TwoPlanes: 4
        }
    }

    /// All that a file may hold.
    static let known: [MatrixEncoding] =
        [.float32, .int8, .int8TwoPlanes] + Int4Panels.groupSizes.map { .int4(groupSize: $0) }

    init?(bits: Int, groupSize: Int, layout: Int) {
        for encoding in Self.known
        where (encoding.bits, encoding.groupSize, encoding.layout) == (bits, groupSize, layout) {
            self = encoding
            return
        }
        return nil
    }
}
