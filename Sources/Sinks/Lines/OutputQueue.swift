import TacitConsole
import TacitDiagnostics

/// A bounded queue before a drain, with a thread of its own that does the waiting.
///
/// Two buffers: one is filled while the other is written, some whole lines at a time. All memory is taken at the start,
/// though the system gives it only as it fills. What the drain can't take now stays, and is tried again every second;
/// what it can never take is thrown to whoever adds more.
package final class OutputQueue: Sendable {
    /// Bytes that can wait.
    package let capacity: Int

    private struct State {
        var buffers: SwappedBuffers
        /// Grows with all that is written.
        var progress = 0
        /// The end has come: what can't be written now is given up.
        var isEnding = false
        /// Nobody adds anything any more.
        var isClosed = false
        var failure: (any Error)?
    }

    private let shared: Guarded<State>
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
        shared = Guarded(State(buffers: SwappedBuffers(capacity: capacity)))
        try DetachedThread.start(for: drain.name, failing: .inputOutput) { self.serve() }
    }

    deinit { shared.locked { $0.buffers.deallocate() } }

    /// Nothing will be added any more: the thread ends once all is written. Until then it lives as long as the program.
    package func close() {
        shared.locked { $0.isClosed = true }
        shared.signal()
    }

    /// Bytes that wait, those being written not counted.
    package var count: Int { shared.locked { $0.buffers.count } }

    /// Whether everything is written.
    package var isEmpty: Bool { shared.locked { $0.buffers.isEmpty } }

    /// Takes all of `bytes` if at least `reserve` bytes stay free, or nothing.
    ///
    /// - Parameters:
    ///   - bytes: whole lines.
    ///   - reserve: bytes to be left for others.
    ///   - waits: whether to wait for room, if this queue has any patience.
    /// - Throws: what the drain threw, if it can't be written any more.
    package func add(_ bytes: [UInt8], leaving reserve: Int, waits: Bool = true) throws -> Bool {
        let most = capacity - reserve - bytes.count
        let isTaken = try wait(for: waits && most >= 0 ? patience : 0) { state in
            guard state.buffers.count <= most, let room = state.buffers.take(bytes.count) else {
                return stop.isStopping ? false : nil
            }
            bytes.withUnsafeBytes { room.copyMemory(from: $0) }
            return true
        }
        guard isTaken == true else { return false }
        shared.signal()
        return true
    }

    /// Waits until everything is written, or given up.
    ///
    /// - Throws: what the drain threw, if it can't be written any more; `Process.Stopped` if it takes nothing after a
    ///   wish to stop.
    package func waitUntilEmpty() throws {
        shared.locked { $0.isEnding = true }
        shared.signal()
        if try wait(for: Self.lastPatience, onlyAfterStop: true, { $0.buffers.isEmpty ? true : nil }) == true { return }
        drain.tellGivenUp()
        throw Process.Stopped()
    }

    private func serve() {
        while true {
            let bytes = shared.wait { $0.buffers.count > 0 || $0.isClosed ? $0.buffers.swap() : nil }
            shared.signal()
            // Closed, and all is written.
            guard bytes.count > 0 else { return }
            do {
                try empty(bytes)
            } catch {
                shared.locked { state in
                    state.failure = error
                    state.buffers.giveUp()
                }
                shared.signal()
                return drain.hasFailed(error)
            }
            shared.locked { $0.buffers.isWritten() }
            shared.signal()
        }
    }

    private func empty(_ bytes: UnsafeRawBufferPointer) throws {
        var done = 0
        while done < bytes.count {
            let taken = try drain.write(Self.lines(UnsafeRawBufferPointer(rebasing: bytes[done...])))
            done += taken
            if taken == 0 {
                guard waitToTryAgain() else { throw drain.failure }
            } else {
                shared.locked { $0.progress += taken }
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

    /// Waits until `body` has an answer; nil once the drain has taken nothing for so long.
    ///
    /// - Parameters:
    ///   - patience: in seconds.
    ///   - onlyAfterStop: whether it is without end before a wish to stop.
    ///   - body: asked again after every change.
    /// - Throws: what the drain threw, if it can't be written any more.
    private func wait(
        for patience: Double, onlyAfterStop: Bool = false, _ body: (inout State) -> Bool?
    ) throws -> Bool? {
        var seen: Int?
        var since = 0.0
        return try shared.wait(every: 0.02) { state -> Bool?? in
            if let failure = state.failure { throw failure }
            if let answer = body(&state) { return answer }
            let now = Stopwatch.now
            if state.progress != seen || onlyAfterStop && !stop.isStopping { (seen, since) = (state.progress, now) }
            if now - since < patience { return nil }
            return .some(nil)
        }
    }

    /// For a second, or until the end comes. False when it had come before: there is no other try.
    private func waitToTryAgain() -> Bool {
        var isEnding = false
        shared.pause { state in
            isEnding = state.isEnding
            return isEnding ? nil : 1
        }
        return !isEnding
    }
}
