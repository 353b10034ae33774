import TacitDiagnostics
import TacitPrograms

/// The program of `exec:` and its arguments, the program found.
struct SinkCommand {
    let path: String
    let words: [String]

    /// - Throws: `TacitError` (usage) for what is no command line, and for a program that is not there.
    init(_ text: String) throws {
        words = try ProgramLine.words(text, given: "--to exec:\(text)", expected: "exec:COMMAND")
        guard let path = ProgramLine.path(of: words[0]) else {
            throw TacitError(
                .usage, "--to exec:\(text): there is no program '\(words[0])' that may be run; no shell is asked")
        }
        self.path = path
    }
}
