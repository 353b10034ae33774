import CTacitProgram
import Glibc
import TacitDiagnostics

/// A pipe that no program inherits unless it is given an end of it. Whoever makes it closes both.
package struct PipeEnds: Sendable {
    package let reading: Int32
    package let writing: Int32

    /// - Parameters:
    ///   - kind: of the error.
    ///   - file: what wants it, for the error.
    /// - Throws: `TacitError` of this kind where the system has no pipe left.
    package init(failing kind: TacitError.Kind, file: String) throws {
        var ends: [Int32] = [-1, -1]
        guard tacit_make_pipe(&ends) == 0 else { throw TacitError.system(kind, file: file) }
        (reading, writing) = (ends[0], ends[1])
    }

    /// Asks for room for so many bytes; where the system does not allow that, it stays as it is.
    package func widen(to bytes: Int32) { tacit_widen_pipe(reading, bytes) }

    package func close() { for end in [reading, writing] { Glibc.close(end) } }
}
