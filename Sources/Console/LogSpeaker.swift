import Synchronization
import TacitDiagnostics
import TacitText

/// Who speaks in the log: a device, a sink, a kind of loss. Each may say a few lines at once, then one every so many
/// seconds, and so one that says the same time and again keeps no other from being heard. What is left out is counted
/// and said with the speaker's next line.
package final class LogSpeaker: Sendable {
    /// Lines at once, and seconds until there may be another one.
    private static let burst = 5.0
    private static let secondsPerLine = 10.0

    private struct Allowance {
        var credit: Double
        var refilled = Stopwatch.now
        var leftOut = 0
        /// Of `Log`'s accounts, what `leftOut` belongs to.
        var account = 0
    }

    private let allowance: Mutex<Allowance>
    private let burst: Double

    package convenience init() { self.init(burst: Self.burst) }

    private init(burst: Double) {
        self.burst = burst
        allowance = Mutex(Allowance(credit: burst))
    }

    /// One whose every line is to be heard.
    static func unlimited() -> LogSpeaker { LogSpeaker(burst: .infinity) }

    /// Writes a line to the log, unless there have been too many.
    ///
    /// - Parameter body: appends what stands behind the program's name; what would spoil a line becomes question marks.
    package func line(_ body: (inout ByteBuffer) -> Void) { Log.shared.line(by: self, body) }

    /// Called for each line, one thread at a time.
    ///
    /// - Parameters:
    ///   - isPossible: whether it could be written now.
    ///   - account: one more each time that all which was left out has been told.
    /// - Returns: how many have been left out since the last one that was not; nil where this one is too.
    func ask(isPossible: Bool, account: Int) -> Int? {
        allowance.withLock { allowance in
            if allowance.account != account { (allowance.account, allowance.leftOut) = (account, 0) }
            let now = Stopwatch.now
            allowance.credit = min(burst, allowance.credit + (now - allowance.refilled) / Self.secondsPerLine)
            allowance.refilled = now
            guard allowance.credit >= 1, isPossible else {
                allowance.leftOut += 1
                return nil
            }
            allowance.credit -= 1
            defer { allowance.leftOut = 0 }
            return allowance.leftOut
        }
    }
}
