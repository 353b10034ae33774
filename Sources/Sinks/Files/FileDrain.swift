import Glibc
import Synchronization
import TacitConsole
import TacitDiagnostics
import TacitText

/// A file that is written to at its end, and put away when it is large or old enough.
final class FileDrain: OutputDrain, @unchecked Sendable {
    let name: String
    private let rotation: Rotation
    private let log = LogSpeaker()
    private let trouble = Atomic(false)
    // Once it is made, all below is the queue's thread's own, or a shared file's lock's.
    /// Whether what can't be written waits until it can.
    var triesAgain: Bool
    private var descriptor: Int32
    /// Where it lies, whatever its name leads through.
    private var place: String
    private var identity: FileIdentity?
    /// Whether it is a file as others are; a pipe or a device is never put away.
    private var isRegular = false
    private var size = 0
    private var day = 0
    private var endsWithLine = true
    /// Whether what was there already ends within a line, as what a full disk or a killed program leaves does.
    private var isTorn = false
    /// Whether it was said that something can't be put away or removed.
    private var grows = false

    /// - Parameters:
    ///   - path: of the file.
    ///   - rotation: when it is put away.
    ///   - triesAgain: whether what can't be written waits until it can, as for a stream that can't be had again.
    /// - Throws: `TacitError` (output) for what can't be created or has no reader.
    init(path: String, rotation: Rotation, triesAgain: Bool) throws {
        name = path
        place = Self.place(of: path)
        self.triesAgain = triesAgain
        self.rotation = rotation
        descriptor = try Self.open(place, named: name)
        look()
    }

    /// What a link leads to, which is put away beside itself and not beside the link. What no path leads to but the one
    /// that was given, as to a shell's pipe, stays where it is.
    static func place(of path: String) -> String {
        let target = SystemPath.target(of: path)
        return FileIdentity(path: path) == FileIdentity(path: target) ? target : path
    }

    deinit { close(descriptor) }

    func write(_ bytes: UnsafeRawBufferPointer) throws -> Int {
        guard try endTornLine() else { return 0 }
        if isRegular, endsWithLine {
            do {
                try rotate(before: bytes.count)
            } catch {
                guard triesAgain else { throw error }
                tellOnce(TacitError.reason(of: error))
                return 0
            }
            // There may be another file now.
            guard try endTornLine() else { return 0 }
        }
        return try put(bytes)
    }

    var isInTrouble: Bool { trouble.load(ordering: .relaxed) }

    func hasFailed(_ error: any Error) {}

    /// Ends the line that was there without its end, or it would swallow the next one. False where that is to be tried
    /// again.
    private func endTornLine() throws -> Bool {
        guard isTorn else { return true }
        let end = [UInt8(ascii: "\n")]
        isTorn = try end.withUnsafeBytes(put) != 1
        return !isTorn
    }

    private func put(_ bytes: UnsafeRawBufferPointer) throws -> Int {
        var count = -1
        repeat { count = Glibc.write(descriptor, bytes.baseAddress, bytes.count) } while count < 0 && errno == EINTR
        if count > 0 {
            if trouble.exchange(false, ordering: .relaxed) { log.line { append("written again", to: &$0) } }
            size += count
            endsWithLine = bytes[count - 1] == UInt8(ascii: "\n")
            return count
        }
        let number = errno
        guard triesAgain else { throw TacitError.system(.cannotCreate, number, file: name) }
        tellOnce(TacitError.systemWords(number))
        return 0
    }

    /// Puts the file away if it is time to, and follows the path where there is another file, or none.
    ///
    /// - Throws: where no file can be had.
    private func rotate(before count: Int) throws {
        let isTooLarge = rotation.bytes.map { size > 0 && size + count > $0 } ?? false
        let isTooOld = rotation.isDaily && size > 0 && day < WallTime.now().day
        if isTooLarge || isTooOld, isStillThere {
            do {
                let trouble = try RotatedFiles(of: place).putAway(keeping: rotation.kept)
                tellPuttingAway(trouble.map { "what was put away is kept, however much it becomes: \($0)" })
            } catch {
                // Better too large a file than lines that are lost.
                return tellPuttingAway("it can't be put away, and grows: \(error)")
            }
        }
        if !isStillThere { try follow() }
    }

    private func follow() throws {
        let next = Self.place(of: name)
        let fresh = try Self.open(next, named: name)
        close(descriptor)
        (descriptor, place) = (fresh, next)
        look()
    }

    /// Whether the path still leads to what is written to.
    private var isStillThere: Bool { identity != nil && identity == FileIdentity(path: name) }

    private func look() {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return }
        identity = FileIdentity(status)
        isRegular = status.st_mode & S_IFMT == S_IFREG
        size = Int(status.st_size)
        day = size > 0 ? WallTime(milliseconds: status.st_mtim.tv_sec * 1000).day : WallTime.now().day
        isTorn = isRegular && size > 0 && lastByte.map { $0 != UInt8(ascii: "\n") } ?? false
    }

    /// Of what is there; nil where it may not be read.
    private var lastByte: UInt8? {
        // What is written to can't be read by the same descriptor.
        let reading = SystemPath.withBytes(place) { Glibc.open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard reading >= 0 else { return nil }
        defer { close(reading) }
        guard identity == FileIdentity(descriptor: reading) else { return nil }
        var byte: UInt8 = 0
        return pread(reading, &byte, 1, off_t(size) - 1) == 1 ? byte : nil
    }

    /// Says what is wrong, once until a line is written again.
    private func tellOnce(_ words: String) {
        if !trouble.exchange(true, ordering: .relaxed) { log.line { append(words, to: &$0) } }
    }

    /// Says what keeps files from being put away or removed, once until nothing does: lines are written all the while.
    private func tellPuttingAway(_ words: String?) {
        if let words, !grows { log.line { append(words, to: &$0) } }
        grows = words != nil
    }

    private static func open(_ path: String, named name: String) throws -> Int32 {
        do { try FileContent.requireText(path) } catch let error as TacitError {
            var named = error
            named.file = name
            throw named
        }
        // A pipe that no one reads is an error, not a wait.
        let descriptor = SystemPath.withBytes(path) {
            Glibc.open($0, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0o666)
        }
        guard descriptor >= 0 else {
            let number = errno
            throw TacitError(
                .cannotCreate, file: name,
                number == ENXIO ? "a pipe that no one reads" : TacitError.systemWords(number))
        }
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
        return descriptor
    }

    private func append(_ words: String, to line: inout ByteBuffer) {
        line.append(string: name)
        line.append(": ")
        line.append(string: words)
    }
}
