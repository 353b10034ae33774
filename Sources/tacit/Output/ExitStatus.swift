import ArgumentParser
import Diagnostics

/// The one place that turns errors into words and exit statuses.
enum ExitStatus {
    /// `sysexits.h`.
    static func code(_ kind: TacitError.Kind) -> Int32 {
        switch kind {
        case .usage: 64
        case .badData: 65
        case .noInput: 66
        case .deviceUnavailable: 69
        case .cannotCreate: 73
        case .inputOutput: 74
        case .deviceLost: 75
        }
    }

    /// An error whose line has been written already.
    struct Reported: Error {
        let kind: TacitError.Kind
    }

    /// Says what is wrong on standard error, as one line, and returns the status to exit with.
    static func report(_ error: TacitError) -> Int32 {
        StandardError.line(error.description)
        return code(error.kind)
    }

    /// The end of the program for whatever a command threw.
    static func finish(_ error: any Error) -> Never {
        switch error {
        case is StandardOutput.Closed: Process.exit(0)
        case let failure as StandardOutput.Failed: Process.exit(report(failure.error))
        case let error as Reported: Process.exit(code(error.kind))
        case let error as TacitError: Process.exit(report(error))
        default: Tacit.exit(withError: error)
        }
    }
}
