import Glibc
import Synchronization
import TacitDiagnostics
import TacitText

/// Lines about a running stream on standard error, limited in rate for each who speaks (`LogSpeaker`).
///
/// Nothing here waits for whoever reads standard error, and nothing is allocated. While a view covers the terminal that
/// standard error is as well, the view shows the last line instead.
package final class Log: Sendable {
    package static let shared = Log()

    private struct State {
        var text = ByteBuffer(capacity: 1024)
        /// Lines left out that no later line has told of yet.
        var untold = 0
        /// How often all of them have been told at once.
        var account = 0
        var isCovered = false
        var hasNotice = false
    }

    private let state = Mutex(State())
    private let anybody = LogSpeaker.unlimited()

    private init() {}

    /// Writes a line that is said once, as at a stream's end, and must not be left out.
    ///
    /// - Parameter body: appends what stands behind the program's name; what would spoil a line becomes question marks.
    package func line(_ body: (inout ByteBuffer) -> Void) { line(by: anybody, body) }

    /// Writes a line, unless its speaker has said too much.
    func line(by speaker: LogSpeaker, _ body: (inout ByteBuffer) -> Void) {
        state.withLock { state in
            guard let leftOut = speaker.ask(isPossible: state.isCovered || Self.isReady, account: state.account)
            else {
                state.untold += 1
                return
            }
            state.text.removeAll()
            if !state.isCovered {
                state.text.append(Process.name)
                state.text.append(": ")
            }
            body(&state.text)
            state.text.keepToOneLine()
            if leftOut > 0 {
                state.text.append(" (")
                state.text.append(integer: leftOut)
                state.text.append(" such lines were left out)")
                state.untold -= leftOut
            }
            state.hasNotice = state.isCovered
            if !state.isCovered { Self.send(&state.text) }
        }
    }

    /// From now on a view shows lines by `withNotice`, if they would appear amid it.
    package func cover() {
        guard StandardError.isTerminal else { return }
        state.withLock { $0.isCovered = true }
    }

    /// The view is gone, or the program is about to end: what is left to say is written where it belongs.
    package func close() {
        state.withLock { state in
            if state.hasNotice {
                StandardError.write("\(Process.name): ")
                Self.send(&state.text)
            }
            state.hasNotice = false
            state.isCovered = false
            guard state.untold > 0, Self.isReady else { return }
            state.text.removeAll()
            state.text.append(Process.name)
            state.text.append(": lines left out here: ")
            state.text.append(integer: state.untold)
            Self.send(&state.text)
            state.untold = 0
            state.account += 1
        }
    }

    /// The last line since the view covers the terminal; not called if there is none.
    package func withNotice(_ body: ([UInt8]) -> Void) {
        state.withLock { state in
            if state.hasNotice { body(state.text.bytes) }
        }
    }

    private static var isReady: Bool {
        var descriptor = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
        return poll(&descriptor, 1, 0) == 1 && descriptor.revents & Int16(POLLOUT) != 0
    }

    private static func send(_ text: inout ByteBuffer) {
        text.append(UInt8(ascii: "\n"))
        text.bytes.withUnsafeBytes { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
