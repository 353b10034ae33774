import Glibc
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
        /// How many of the writers wait until what can't be written can.
        var patient = 0
    }

    private struct Known {
        weak var file: SharedFile?
    }

    private let drain: FileDrain
    private let state = Mutex(State())
    private static let all = Mutex<[[UInt8]: Known]>([:])

    /// The one for a path that others write to already, which is put away as they have it, or a new one.
    ///
    /// - Throws: as `FileDrain` does.
    static func at(_ path: String, _ rotation: Rotation) throws -> SharedFile {
        let key = key(path)
        return try all.withLock { all in
            if let known = all[key]?.file { return known }
            let made = SharedFile(try FileDrain(path: path, rotation: rotation, triesAgain: false))
            all = all.filter { $0.value.file != nil }
            all[key] = Known(file: made)
            return made
        }
    }

    /// The same bytes for every spelling of a path, links among them: the folder's as the system resolves it, and the
    /// name's.
    private static func key(_ path: String) -> [UInt8] {
        let path = FileDrain.place(of: path)
        guard let folder = SystemPath.resolved(SystemPath.folder(of: path)) else { return Array(path.utf8) }
        return Array("\(folder)/\(SystemPath.name(of: path))".utf8)
    }

    private init(_ drain: FileDrain) { self.drain = drain }

    /// Has one more writer. What can't be written is tried again as long as one of them does.
    func join(triesAgain: Bool) {
        state.withLock { state in
            if triesAgain { state.patient += 1 }
            drain.triesAgain = state.patient > 0
        }
    }

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

    /// As `OutputDrain` has it.
    var isInTrouble: Bool { drain.isInTrouble }

    /// Writes no more. The rest of a line that it has begun will never come.
    func leave(_ writer: ObjectIdentifier, triesAgain: Bool) {
        state.withLock { state in
            if triesAgain { state.patient -= 1 }
            drain.triesAgain = state.patient > 0
            guard state.writer == writer else { return }
            state.writer = nil
            state.isTorn = true
        }
    }
}

/// A stream's way to a file that others write to as well.
package final class SharedFileDrain: OutputDrain {
    package let name: String
    private let file: SharedFile
    private let triesAgain: Bool

    /// - Parameters:
    ///   - path: of the file.
    ///   - rotation: when it is put away, if nobody writes to it yet.
    ///   - triesAgain: whether what can't be written waits until it can; for another's sake it may all the same.
    /// - Throws: `TacitError` (output) for what can't be created or has no reader.
    package init(path: String, rotation: Rotation, triesAgain: Bool = true) throws {
        name = path
        self.triesAgain = triesAgain
        file = try SharedFile.at(path, rotation)
        file.join(triesAgain: triesAgain)
    }

    deinit { file.leave(ObjectIdentifier(self), triesAgain: triesAgain) }

    package func write(_ bytes: UnsafeRawBufferPointer) throws -> Int {
        try file.write(bytes, by: ObjectIdentifier(self))
    }

    package var isInTrouble: Bool { file.isInTrouble }

    package func hasFailed(_ error: any Error) {}
}
