import TacitDiagnostics
import TacitText

/// A program and its arguments, the program found.
struct CommandLineWords {
    /// As it was written, for people.
    let text: String
    let path: String
    let words: [String]

    /// - Throws: `TacitError` (usage) for what is no command line, and for a program that is not there.
    init(_ text: String) throws {
        self.text = text
        guard let words = ShellWords.split(text) else {
            throw TacitError(.usage, "--to exec:\(text): a quote or a backslash without its end")
        }
        guard let program = words.first, !program.isEmpty else {
            throw TacitError(.usage, "--to exec:\(text): expected exec:COMMAND")
        }
        self.words = words
        guard let path = ProgramPath.find(program) else {
            throw TacitError(
                .usage, "--to exec:\(text): there is no program '\(program)' that may be run; no shell is asked")
        }
        self.path = path
    }
}
