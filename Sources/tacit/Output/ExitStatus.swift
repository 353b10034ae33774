import ArgumentParser
import Diagnostics

/// The one place that turns errors into words and exit statuses.
enum ExitStatus {
    /// An error whose line has been written already.
    struct Reported: Error {
        let kind: TacitError.Kind
    }

    /// Says what is wrong on standard error, as one line, and returns the status to exit with.
    static func report(_ error: TacitError) -> Int32 {
        StandardError.line(error.description)
        return error.kind.exitStatus
    }

    /// The end of the program for whatever a command threw.
    static func finish(_ error: any Error) -> Never {
        switch error {
        case is StandardOutput.Closed: Process.exit(0)
        case let failure as StandardOutput.Failed: Process.exit(report(failure.error))
        case let error as Reported: Process.exit(error.kind.exitStatus)
        case let error as TacitError: Process.exit(report(error))
        default: Tacit.exit(withError: error)
        }
    }
}
