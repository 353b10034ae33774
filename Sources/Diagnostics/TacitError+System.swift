import Glibc

extension TacitError {
    /// What the system refused, in its own words.
    ///
    /// - Parameters:
    ///   - kind: of the trouble.
    ///   - number: the system's; by default that of the call that has just failed.
    ///   - file: the file or device concerned.
    ///   - what: what could not be done, in front of the system's words.
    package static func system(
        _ kind: Kind, _ number: Int32 = errno, file: String? = nil, what: String? = nil
    ) -> TacitError {
        let words = systemWords(number)
        return TacitError(kind, file: file, what.map { "\($0): \(words)" } ?? words)
    }

    /// What the system calls one of its errors, by default that of the call that has just failed.
    package static func systemWords(_ number: Int32 = errno) -> String { String(cString: strerror(number)) }
}
