import Diagnostics
import Glibc

enum StandardOutput {
    /// - Throws: `TacitError` (output can't be written), unless it is only that no one reads it.
    static func write(_ text: String) throws {
        if let number = StandardStream.write(text, to: STDOUT_FILENO), number != EPIPE {
            throw TacitError(.cannotCreate, file: "standard output", String(cString: strerror(number)))
        }
    }
}
