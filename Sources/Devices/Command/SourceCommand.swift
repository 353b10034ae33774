import TacitDiagnostics
import TacitPrograms

/// A program that delivers a stream on its standard output, and its arguments.
package struct SourceCommand: Equatable, Sendable {
    /// The program, then its arguments.
    package let words: [String]

    /// - Parameter text: split as a shell splits words; no shell is asked, and nothing is expanded.
    /// - Throws: `TacitError` (usage) for what is no command line.
    package init(_ text: String) throws {
        words = try ProgramLine.words(
            text, given: "--command '\(text)'", expected: "a program and its arguments")
    }

    /// The program without its folder: for people.
    package var name: String { DeviceText.printable(SystemPath.shortName(of: words[0])) }

    /// Where the program is now.
    ///
    /// - Throws: `TacitError` (device unavailable) where there is none that may be run.
    package func path() throws -> String {
        guard let path = ProgramLine.path(of: words[0]) else {
            throw TacitError(
                .deviceUnavailable, file: words[0],
                words[0].contains("/")
                    ? "there is no such program that may be run"
                    : "there is no such program in PATH that may be run; no shell is asked")
        }
        return path
    }
}
