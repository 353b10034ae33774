/// What both executables do from their first line to their last.
package enum Program {
    /// Runs `body` with the arguments, and ends the program.
    ///
    /// - Parameters:
    ///   - name: the program, before its lines on standard error.
    ///   - body: takes what stands behind the name on the command line.
    ///   - otherwise: ends it for errors of the command line, which have words of their own.
    package static func main(
        name: StaticString, _ body: ([String]) throws -> Void, otherwise: (any Error) -> Never
    ) -> Never {
        Process.prepare(name: name)
        do {
            try body(Process.arguments)
            Process.exit(0)
        } catch {
            ExitStatus.finish(error, otherwise: otherwise)
        }
    }
}
