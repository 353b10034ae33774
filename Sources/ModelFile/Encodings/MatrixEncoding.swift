/// How a matrix's panels are encoded. The layout of each is part of the file format (see `MatrixView`).
///
/// In the metadata an encoding is three numbers: bits a weight, weights in a group along K that share a scale (0: the
/// whole channel), and the version of the panels' layout. What else it consists of stands in its `PanelFormat`.
package enum MatrixEncoding: Equatable, Sendable {
    /// 32-bit floats.
    case float32
    /// 16-bit floats, of weights that these hold exactly: for matrices that are not quantized.
    case float16
    /// 8-bit integers, symmetric, one scale an output channel.
    case int8
    /// Two planes of these, the second for what the first leaves of each weight: for narrow trunks, which can spare
    /// the bytes and the time, but not the roundings.
    case int8TwoPlanes
    /// 8-bit integers in groups along K, with a step for each group of activations: for trunks with outliers.
    case int8Groups
    /// 4-bit integers, one scale an output channel and, in terms of it, one small integer a group of so many weights
    /// along K: one of `Int4Panels.groupSizes`.
    case int4(groupSize: Int)
    /// Two planes of these, the second for what the first leaves of each weight: narrow trunks lose too much in one.
    case int4TwoPlanes(groupSize: Int)

    /// All that a file may hold.
    package static let known: [MatrixEncoding] = [.float32, .float16, .int8, .int8TwoPlanes, .int8Groups] + fourBits

    /// Those of 4 bits, of every size of groups.
    package static let fourBits: [MatrixEncoding] = Int4Panels.groupSizes.flatMap {
        [.int4(groupSize: $0), .int4TwoPlanes(groupSize: $0)]
    }

    package var format: any PanelFormat {
        switch self {
        case .float32: Float32Panels()
        case .float16: Float16Panels()
        case .int8: Int8Panels(planes: 1)
        case .int8TwoPlanes: Int8Panels(planes: 2)
        case .int8Groups: Int8GroupPanels()
        case .int4(let groupSize): Int4Panels(groupSize: groupSize, planes: 1)
        case .int4TwoPlanes(let groupSize): Int4Panels(groupSize: groupSize, planes: 2)
        }
    }

    /// By the name that the converter's `--weights` has for it.
    package var name: String { format.name }
    /// Bits a level.
    package var bits: Int { format.bits }
    /// Sets of levels, which add up; 0 for floats.
    package var planes: Int { format.planes }
    /// Weights along K that share a scale; 0 where a whole channel does.
    package var groupSize: Int { format.groupSize }

    /// One that a reader does not know is refused: nil.
    package init?(bits: Int, groupSize: Int, layout: Int) {
        let known = Self.known.first {
            let format = $0.format
            return (format.bits, format.groupSize, format.layout) == (bits, groupSize, layout)
        }
        guard let known else { return nil }
        self = known
    }
}
