import Glibc
import TacitConsole
import TacitDiagnostics

/// A bounded queue before a drain, with a thread of its own that does the waiting.
///
/// Two buffers: one is filled while the other is written, some whole lines at a time. All memory is taken at the start,
/// though the system gives it only as it fills. What the drain can't take now stays, and is tried again every second;
/// what it can never take is thrown to whoever adds more.
package final class OutputQueue: @unchecked Sendable {
    /// Bytes that can wait.
    package let capacity: Int

    private let monitor = Monitor()
    // All below is the monitor's, but what the writing thread reads of `written` while `isWriting`.
    private var filled: UnsafeMutablePointer<UInt8>
    private var written: UnsafeMutablePointer<UInt8>
    private var filledCount = 0
    private var isWriting = false
    /// Grows with all that is written.
    private var progress = 0
    /// The end has come: what can't be written now is given up.
    private var isEnding = false
    /// Nobody adds anything any more.
    private var isClosed = false
    private var failure: (any Error)?
    private let drain: any OutputDrain
    private let patience: Double
    private let stop: StopToken

    /// Bytes after which the drain is asked again, so that a slow one is seen to go on.
    private static let piece = 4096
    /// Seconds for a drain that takes nothing after a wish to stop.
    private static let lastPatience = 1.0

    /// - Parameters:
    ///   - drain: where lines go in the end.
    ///   - capacity: in bytes, at least that of the longest line.
    ///   - patience: how many seconds whoever adds waits for room while the drain takes nothing at all; 0 is never.
    ///   - stop: ends such waits.
    /// - Throws: `TacitError` (I/O error) where the system has no thread left.
    package init(_ drain: any OutputDrain, capacity: Int, patience: Double, stop: StopToken) throws {
        self.drain = drain
        self.capacity = capacity
        self.patience = patience
        self.stop = stop
        filled = .allocate(capacity: capacity)
        written = .allocate(capacity: capacity)
        try DetachedThread.start(for: drain.name, failing: .inputOutput) { self.serve() }
    }

    deinit {
        filled.deallocate()
        written.deallocate()
    }

    /// Nothing will be added any more: the thread ends once all is written. Until then it lives as long as the program.
    package func close() {
        monitor.locked {
            isClosed = true
            monitor.signal()
        }
    }

    /// Bytes that wait, those being written not counted.
    package var count: Int { monitor.locked { filledCount } }

    /// Whether everything is written.
    package var isEmpty: Bool { monitor.locked { filledCount == 0 && !isWriting } }

    /// Takes all of `bytes` if at least `reserve` bytes stay free, or nothing.
    ///
    /// - Parameters:
    ///   - bytes: whole lines.
    ///   - reserve: bytes to be left for others.
    ///   - waits: whether to wait for room, if this queue has any patience.
    /// - Throws: what the drain threw, if it can't be written any more.
    package func add(_ bytes: [UInt8], leaving reserve: Int, waits: Bool = true) throws -> Bool {
        try monitor.locked {
            if waits, patience > 0 {
                let most = capacity - reserve - bytes.count
                _ = waitWhile(for: patience) { filledCount > most && most >= 0 && !stop.isStopping }
            }
            if let failure { throw failure }
            guard bytes.count <= capacity - reserve - filledCount else { return false }
            bytes.withUnsafeBufferPointer { bytes in
                guard let base = bytes.baseAddress else { return }
                (filled + filledCount).initialize(from: base, count: bytes.count)
            }
            filledCount += bytes.count
            monitor.signal()
            return true
        }
    }

    /// Waits until everything is written, or given up.
    ///
    /// - Throws: what the drain threw, if it can't be written any more; `Process.Stopped` if it takes nothing after a
    ///   wish to stop.
    package func waitUntilEmpty() throws {
        let isGivenUp = try monitor.locked {
            isEnding = true
            monitor.signal()
            let isDone = waitWhile(for: Self.lastPatience, onlyAfterStop: true) { filledCount > 0 || isWriting }
            if let failure { throw failure }
            return !isDone
        }
        guard isGivenUp else { return }
        drain.tellGivenUp()
        throw Process.Stopped()
    }

    private func serve() {
        while true {
            let count = monitor.locked {
                while filledCount == 0, !isClosed { monitor.wait() }
                swap(&filled, &written)
                isWriting = true
                defer { filledCount = 0 }
                monitor.signal()
                return filledCount
            }
            // Closed, and all is written.
            guard count > 0 else { return }
            do {
                try empty(count)
            } catch {
                monitor.locked {
                    failure = error
                    isWriting = false
                    filledCount = 0
                    monitor.signal()
                }
                return drain.hasFailed(error)
            }
            monitor.locked {
                isWriting = false
                monitor.signal()
            }
        }
    }

    private func empty(_ count: Int) throws {
        var done = 0
        while done < count {
            let lines = Self.lines(UnsafeRawBufferPointer(start: written + done, count: count - done))
            let taken = try drain.write(lines)
            done += taken
            if taken == 0 {
                guard waitToTryAgain() else { throw drain.failure }
            } else {
                monitor.locked { progress += taken }
            }
        }
    }

    /// The first whole lines, of some `piece` bytes.
    private static func lines(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard bytes.count > piece else { return bytes }
        let newline = UInt8(ascii: "\n")
        let end = bytes[..<piece].lastIndex(of: newline) ?? bytes[piece...].firstIndex(of: newline)
        return end.map { UnsafeRawBufferPointer(rebasing: bytes[...$0]) } ?? bytes
    }

    /// Waits as long as `condition` holds and nothing has failed, and no longer than `patience` in seconds while the
    /// drain takes nothing. With the monitor locked.
    ///
    /// - Parameters:
    ///   - patience: in seconds.
    ///   - onlyAfterStop: whether it is without end before a wish to stop.
    ///   - condition: asked again after every change.
    /// - Returns: whether `condition` holds no more.
    private func waitWhile(
        for patience: Double, onlyAfterStop: Bool = false, _ condition: () -> Bool
    ) -> Bool {
        var seen = progress
        var waited = 0.0
        while failure == nil, condition() {
            guard waited < patience else { return false }
            let before = Stopwatch.now
            monitor.wait(seconds: 0.02)
            waited = progress == seen ? waited + Stopwatch.now - before : 0
            if onlyAfterStop, !stop.isStopping { waited = 0 }
            seen = progress
        }
        return true
    }

    /// For a second, or until the end comes. False when it had come before: there is no other try.
    private func waitToTryAgain() -> Bool {
        monitor.locked {
            guard !isEnding else { return false }
            monitor.wait(seconds: 1)
            return true
        }
    }
}
