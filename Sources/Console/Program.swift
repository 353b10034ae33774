import Glibc
import TacitDiagnostics

/// What both executables do from their first line to their last.
package enum Program {
    /// Runs `body` with the arguments, and ends the program.
    ///
    /// - Parameters:
    ///   - name: the program, before its lines on standard error.
    ///   - holdsHangUp: whether a SIGHUP waits until it is known what to do of it (`Process.onHangUp`).
    ///   - body: takes what stands behind the name on the command line.
    ///   - otherwise: ends it for errors of the command line, which have words of their own.
    package static func main(
        name: StaticString, holdsHangUp: Bool = false, _ body: ([String]) throws -> Void,
        otherwise: (any Error) -> Never
    ) -> Never {
        Process.prepare(name: name, holdsHangUp: holdsHangUp)
        do {
            // Swift's runtime has it from /proc, and without that hands out none, which would be another command.
            guard CommandLine.argc > 0 else {
                throw TacitError(.inputOutput, "the command line can't be read: /proc is not mounted here")
            }
            try body(Process.arguments)
            Process.exit(0)
        } catch {
            ExitStatus.finish(error) { error in
                if let name = nameWithDash {
                    let reason = "a name that begins with a dash is taken for an option: write ./\(name)"
                    Process.exit(ExitStatus.report(TacitError(.usage, file: name, reason)))
                }
                otherwise(error)
            }
        }
    }

    /// Ends the program with what it was asked for, as help: output like any other, so that a disk without room for it
    /// is an error.
    package static func end(telling text: String) -> Never {
        do {
            try StandardOutput.shared.write(Array((text + "\n").utf8))
            Process.exit(0)
        } catch {
            ExitStatus.finish(error)
        }
    }

    /// Ends the program for a command line that makes no sense.
    ///
    /// - Parameters:
    ///   - text: what is said of it, with the usage.
    ///   - reason: what stands in it behind "Error: ". It may repeat what was given, and stays one line whatever that is.
    ///   - status: to exit with.
    package static func end(refusing text: String, for reason: String, status: Int32) -> Never {
        let given = "Error: \(reason)"
        let isReason = text.utf8.starts(with: given.utf8)
        let rest = String(decoding: text.utf8.dropFirst(isReason ? given.utf8.count : 0), as: UTF8.self)
        StandardError.write((isReason ? "Error: \(reason.asLine)" : "") + rest + "\n")
        Process.exit(status)
    }

    /// An argument that is a file's name rather than an option: for a command line that can't be understood.
    private static var nameWithDash: String? {
        Process.arguments.first { argument in
            guard argument.hasPrefix("-"), argument.utf8.count > 1, argument != "--help", argument != "-h",
                Double(argument) == nil
            else { return false }
            var information = stat()
            if SystemPath.withBytes(argument, { stat($0, &information) }) == 0 { return true }
            // One that isn't there, but has a suffix.
            return !argument.contains("=") && argument.utf8.dropFirst(2).contains(UInt8(ascii: "."))
        }
    }
}
