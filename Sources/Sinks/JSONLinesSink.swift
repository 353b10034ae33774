import Glibc
import TacitConsole
import TacitDiagnostics
import TacitText

/// JSON Lines at the end of a file.
enum JSONLinesSink {
    static let kind = SinkKind(name: "jsonl", form: "jsonl:PATH", hasAddress: true) { path, stream in
        let drain = try FileDrain(path: path)
        // A pipe's reader may stop for ever; a disk doesn't.
        let outlet = LineOutlet(
            drain, waits: stream.waits && drain.isRegular, capacity: 4 * LineLength.bound(labels: stream.labels))
        return LiveLines(JSONLineFormat(
                    labels: stream.labels, learnedFrom: stream.learnedFrom, hasLogits: stream.hasLogits), stream, outlet: outlet)
    }
}

/// A file that is written to at its end. What can't be written waits, and is tried again.
final class FileDrain: OutputDrain, @unchecked Sendable {
    let name: String
    let isRegular: Bool
    private let descriptor: Int32
    // The queue's thread's own, or the stream's where there is no queue.
    private var isInTrouble = false

    /// - Throws: `TacitError` (output) for what can't be created or has no reader.
    init(path: String) throws {
        name = path
        // A pipe that no one reads is an error, not a wait.
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0o666)
        guard descriptor >= 0 else {
            let number = errno
            throw TacitError(
                .cannotCreate, file: path,
                number == ENXIO ? "a pipe that no one reads" : String(cString: strerror(number)))
        }
        var information = stat()
        isRegular = fstat(descriptor, &information) == 0 && information.st_mode & S_IFMT == S_IFREG
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
    }

    deinit { close(descriptor) }

    func write(_ bytes: UnsafeRawBufferPointer) throws -> Int {
        var count = -1
        repeat { count = Glibc.write(descriptor, bytes.baseAddress, bytes.count) } while count < 0 && errno == EINTR
        if count > 0 {
            if isInTrouble { Log.shared.line { append("written again", to: &$0) } }
            isInTrouble = false
            return count
        }
        let number = errno
        if !isInTrouble { Log.shared.line { append(String(cString: strerror(number)), to: &$0) } }
        isInTrouble = true
        return 0
    }

    func hasFailed(_ error: any Error) {}

    private func append(_ words: String, to line: inout ByteBuffer) {
        line.append(string: name)
        line.append(": ")
        line.append(string: words)
    }
}
