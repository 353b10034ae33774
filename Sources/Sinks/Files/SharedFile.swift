import Synchronization
import TacitConsole
import TacitDiagnostics

/// One file that several streams of this program write to, each line whole.
final class SharedFile: Sendable {
    private struct State {
        /// Who has written a part of a line, and writes the rest of it before anyone else writes.
        var writer: ObjectIdentifier?
        /// Whether a line was left without its end.
        var isTorn = false
    }

    private struct Known {
        weak var file: SharedFile?
    }

    private let drain: FileDrain
    private let state = Mutex(State())
    private static let all = Mutex<[String: Known]>([:])

    /// The one for a path that others write to already, or a new one.
    ///
    /// - Throws: as `FileDrain` does.
    static func at(_ path: String, _ rotation: Rotation) throws -> SharedFile {
        try all.withLock { all in
            if let known = all[path]?.file { return known }
            let made = SharedFile(try FileDrain(path: path, rotation: rotation, triesAgain: true))
            all = all.filter { $0.value.file != nil }
            all[path] = Known(file: made)
            return made
        }
    }

    private init(_ drain: FileDrain) { self.drain = drain }

    /// As `OutputDrain` has it; also 0 while another's line is not whole.
    func write(_ bytes: UnsafeRawBufferPointer, by writer: ObjectIdentifier) throws -> Int {
        try state.withLock { state in
            if let other = state.writer, other != writer { return 0 }
            if state.isTorn {
                let end = [UInt8(ascii: "\n")]
                guard try end.withUnsafeBytes(drain.write) == 1 else { return 0 }
                state.isTorn = false
            }
            let count = try drain.write(bytes)
            if count > 0 { state.writer = bytes[count - 1] == UInt8(ascii: "\n") ? nil : writer }
            return count
        }
    }

    /// Writes no more. The rest of a line that it has begun will never come.
    func leave(_ writer: ObjectIdentifier) {
        state.withLock { state in
            guard state.writer == writer else { return }
            state.writer = nil
            state.isTorn = true
        }
    }
}

/// A stream's way to a file that others write to as well. What can't be written is tried again.
package final class SharedFileDrain: OutputDrain {
    package let name: String
    private let file: SharedFile

    /// - Throws: `TacitError` (output) for what can't be created or has no reader.
    package init(path: String, rotation: Rotation) throws {
        name = path
        file = try SharedFile.at(path, rotation)
    }

    deinit { file.leave(ObjectIdentifier(self)) }

    package func write(_ bytes: UnsafeRawBufferPointer) throws -> Int {
        try file.write(bytes, by: ObjectIdentifier(self))
    }

    package func hasFailed(_ error: any Error) {}
}
