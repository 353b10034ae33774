import TacitDiagnostics
import TacitText

/// A line on standard error that counts up, where that is a terminal.
package struct Progress {
    private let total: Int
    private let isShown = StandardError.isTerminal
    private let watch = Stopwatch()
    private var lastShown = 0.0

    package init(total: Int) { self.total = total }

    package mutating func show(_ count: Int, value: Double?) {
        guard isShown, watch.seconds - lastShown > 0.1 || count == total else { return }
        lastShown = watch.seconds
        var text = ByteBuffer()
        text.append("\r")
        text.append(integer: count)
        text.append(" of ")
        text.append(integer: total)
        if let value {
            text.append("   accuracy so far ")
            text.append(100 * value, places: 1)
            text.append(" %")
        }
        text.append("   ")
        text.append(lastShown / Double(max(count, 1)) * Double(total - count), places: 0)
        text.append(" s left\u{1B}[K")
        StandardError.write(String(decoding: text.bytes, as: UTF8.self))
    }

    package func clear() {
        if isShown { StandardError.write("\r\u{1B}[K") }
    }
}
