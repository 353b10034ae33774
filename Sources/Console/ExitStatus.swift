import TacitDiagnostics

/// The one place that turns errors into words and exit statuses.
package enum ExitStatus {
    /// An error whose line has been written already.
    package struct Reported: Error {
        package let kind: TacitError.Kind

        package init(kind: TacitError.Kind) { self.kind = kind }
    }

    /// An error that no one expected.
    private static func report(_ error: any Error) -> Int32 {
        StandardError.line("\(error)")
        return 70
    }

    /// Says what is wrong on standard error, as one line, and returns the status to exit with.
    package static func report(_ error: TacitError) -> Int32 {
        StandardError.line(error.description)
        return error.kind.exitStatus
    }

    /// The end of the program for whatever a command threw.
    ///
    /// - Parameter otherwise: ends it for errors of the command line, which have words of their own.
    package static func finish(_ error: any Error, otherwise: (any Error) -> Never = { Process.exit(report($0)) })
        -> Never
    {
        switch error {
        case is StandardOutput.Closed, is Process.Stopped: Process.exit(0)
        case let failure as StandardOutput.Failed: Process.exit(report(failure.error))
        case let error as Reported: Process.exit(error.kind.exitStatus)
        case let error as TacitError: Process.exit(report(error))
        default: otherwise(error)
        }
    }
}
