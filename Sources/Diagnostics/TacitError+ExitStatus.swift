extension TacitError.Kind {
    /// The status that an executable exits with, as `sysexits.h` has them.
    public var exitStatus: Int32 {
        switch self {
        case .usage: 64
        case .badData: 65
        case .noInput: 66
        case .deviceUnavailable: 69
        case .cannotCreate: 73
        case .inputOutput: 74
        case .deviceLost: 75
        }
    }
}
