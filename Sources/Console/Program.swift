import ArgumentParser
import TacitDiagnostics

/// What both executables do from their first line to their last.
package enum Program {
    /// Runs the command that the arguments name, and ends the program.
    package static func main(_ root: (some ParsableCommand).Type, name: StaticString) -> Never {
        Process.prepare(name: name)
        do {
            var command = try root.parseAsRoot(Process.arguments)
            try command.run()
            Process.exit(0)
        } catch {
            ExitStatus.finish(error) { root.exit(withError: $0) }
        }
    }
}
