import Glibc
import TacitDiagnostics

/// Where logs, progress and errors go. What can't be written there is lost: there is no place left to say so.
package enum StandardError {
    package static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    package static func write(_ text: String) {
        var text = text
        text.withUTF8 { _ = FileBytes.write(UnsafeRawBufferPointer($0), to: STDERR_FILENO) }
    }

    /// Writes a line behind the program's name. What would spoil it is escaped, whosever words it has in it.
    package static func line(_ text: String) { write("\(Process.name): \(text.asLine)\n") }
}
