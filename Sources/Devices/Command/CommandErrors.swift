import Synchronization
import TacitDiagnostics
import TacitPrograms
import TacitText

/// Takes what a command writes to its standard error, for as long as it is started again, so that it never waits for
/// anyone to read it. A few lines at once are passed on, then one every half minute; the others are counted, and their
/// number told with the next one. Nothing is allocated once it has begun.
package final class CommandErrors: Sendable {
    private let pipe: LinePipe
    private let lines: ErrorLines

    /// - Parameters:
    ///   - name: the command's, in front of each line.
    ///   - tell: gets a line that is passed on, on a thread of its own.
    /// - Throws: `TacitError` (I/O error) where the system has no pipe or no thread left.
    package init(name: String, tell: @escaping @Sendable (ArraySlice<UInt8>) -> Void) throws {
        lines = ErrorLines(name: name, tell: tell)
        pipe = try LinePipe(for: name, failing: .inputOutput, .cut(longest: 240), outlives: false, to: lines)
    }

    /// Where the command writes.
    var writing: Int32 { pipe.writing }

    /// The last line, for the reason why there is nothing else; nil without one.
    package var lastLine: String? {
        pipe.settle()
        return lines.kept.withLock { kept in
            let text = String(decoding: kept.last.bytes, as: UTF8.self)
            return text.isEmpty ? nil : DeviceText.printable(text)
        }
    }

    /// Lines that were not passed on and not yet told of. They count as told then.
    package func takeLeftOut() -> Int {
        pipe.settle()
        return lines.kept.withLock { kept in
            defer { kept.leftOut = 0 }
            return kept.leftOut
        }
    }
}

/// The thread's part of it, which may outlive it for a moment.
private final class ErrorLines: LineReader, @unchecked Sendable {
    /// Lines at once, and seconds until there may be another one: a third of what the log takes, so that there is room
    /// for what is said of the command.
    private static let burst = 3.0
    private static let secondsPerLine = 30.0

    struct Kept {
        var last = ByteBuffer(capacity: 256)
        var leftOut = 0
    }

    let kept = Mutex(Kept())
    private let name: String
    private let tell: @Sendable (ArraySlice<UInt8>) -> Void
    // The thread's own.
    private var told = ByteBuffer(capacity: 512)
    private var credit = ErrorLines.burst
    private var refilled = Stopwatch.now

    init(name: String, tell: @escaping @Sendable (ArraySlice<UInt8>) -> Void) {
        self.name = name
        self.tell = tell
    }

    func take(_ line: inout ByteBuffer) {
        guard !line.isEmpty else { return }
        let now = Stopwatch.now
        credit = min(Self.burst, credit + (now - refilled) / Self.secondsPerLine)
        refilled = now
        let isTold = credit >= 1
        told.removeAll()
        told.append(string: name)
        told.append(": ")
        kept.withLock { kept in
            kept.last.removeAll()
            for byte in line.bytes { kept.last.append(byte < 0x20 || byte == 0x7f ? UInt8(ascii: "?") : byte) }
            told.append(kept.last.bytes[...])
            guard isTold else {
                kept.leftOut += 1
                return
            }
            guard kept.leftOut > 0 else { return }
            told.append(" (")
            told.append(integer: kept.leftOut)
            told.append(" lines of it were left out)")
            kept.leftOut = 0
        }
        guard isTold else { return }
        credit -= 1
        tell(told.bytes[...])
    }
}
