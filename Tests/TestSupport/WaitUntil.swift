import Glibc
import TacitDiagnostics

/// Until something is so, or the limit, which guards against hanging, is over.
///
/// - Parameters:
///   - seconds: the limit; no test's outcome hangs on it where all is well.
///   - pause: microseconds between two looks.
/// - Returns: whether it is so.
public func waitUntil(within seconds: Double = 60, pause: UInt32 = 1000, _ isSo: () throws -> Bool) rethrows -> Bool {
    let limit = Stopwatch.now + seconds
    while try !isSo() {
        guard Stopwatch.now < limit else { return false }
        usleep(pause)
    }
    return true
}
