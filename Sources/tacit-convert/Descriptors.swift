import Glibc
import TacitDiagnostics

/// What open files are numbered by.
enum Descriptors {
    /// Refuses to begin where too few are left for libraries, which do not tell what they lack: libdispatch ends the
    /// process by a trap, and one that is loaded when it is needed would seem not to be there.
    ///
    /// - Throws: `TacitError` of kind `inputOutput`.
    static func requireSome() throws {
        var taken: [Int32] = []
        defer { for descriptor in taken { close(descriptor) } }
        for _ in 0..<8 {
            let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else {
                throw TacitError.system(.inputOutput, what: "too few files may be open at once, which ulimit -n raises")
            }
            taken.append(descriptor)
        }
    }
}
