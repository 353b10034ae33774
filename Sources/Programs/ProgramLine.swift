import Glibc
import TacitDiagnostics
import TacitText

/// A program and its arguments in one line of text, and where the program is.
package enum ProgramLine {
    /// The program, then its arguments: split as a shell splits words. No shell is asked, and nothing is expanded.
    ///
    /// - Parameters:
    ///   - text: the line.
    ///   - given: the line as it stands in the command line, in front of an error.
    ///   - expected: what should be there, for the error when it is nothing.
    /// - Throws: `TacitError` (usage) for what is no such line.
    package static func words(_ text: String, given: String, expected: String) throws -> [String] {
        guard let words = ShellWords.split(text) else {
            throw TacitError(.usage, "\(given): a quote or a backslash without its end")
        }
        guard let program = words.first, !program.isEmpty else {
            throw TacitError(.usage, "\(given): expected \(expected)")
        }
        return words
    }

    /// Where a program is now that is named as a shell names it.
    ///
    /// - Returns: nil where there is none that may be run.
    package static func path(of program: String) -> String? {
        if program.contains("/") { return isProgram(program) ? program : nil }
        let path = getenv("PATH").map { SystemPath.string($0) } ?? ""
        let folders = (path.isEmpty ? "/usr/bin:/bin" : path).split(separator: ":", omittingEmptySubsequences: false)
        return folders.lazy.map { $0.isEmpty ? program : "\($0)/\(program)" }.first(where: isProgram)
    }

    private static func isProgram(_ path: String) -> Bool {
        SystemPath.withBytes(path) { path in
            var status = stat()
            return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
        }
    }
}
