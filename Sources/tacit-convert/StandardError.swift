import Glibc

enum StandardError {
    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    static func write(_ text: String) {
        // There is no one left to tell.
        _ = StandardStream.write(text, to: STDERR_FILENO)
    }
}
