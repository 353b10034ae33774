import Glibc
import TacitDiagnostics
import TacitModelFile
import TacitText

/// Reads a recording chunk by chunk, and stops at the first byte that is missing or not what was written.
package final class RecordingReader {
    package let name: String
    /// What the stream's lines depend on beside its source.
    package private(set) var settings: RecordedSettings
    /// By which happens what is read.
    package let clock = RecordedClock()
    /// Where the chunk at hand begins in the file.
    private(set) var place = 0

    private let descriptor: Int32
    private let isOwned: Bool
    /// The chunk at hand, from its kind to its checksum.
    private var buffer: UnsafeMutableRawBufferPointer
    private var count = 0
    private var pending: RecordingFormat.Kind?
    /// Why nothing more can be read.
    private var failure: TacitError?
    /// The moment of the last chunk that said one, in what its sense counts.
    private var seconds = 0.0
    /// How the stream ended, once that was read.
    package private(set) var ending: Ending?

    /// How the stream ended.
    package enum Ending: Equatable, Sendable {
        case over
        case limit
        case error(String)
    }

    /// Bytes by which memory grows, so that no length in a file takes more than there is.
    private static let step = 1 << 20

    /// - Parameter path: a file, a pipe with a name, or - for standard input.
    /// - Throws: `TacitError`: no input where there is none; bad data for what is no recording or has no whole
    ///   settings.
    package init(path: String) throws {
        isOwned = path != StandardInput.path
        name = StandardInput.shownName(path)
        descriptor = isOwned ? SystemPath.withBytes(path) { open($0, O_RDONLY | O_CLOEXEC) } : STDIN_FILENO
        guard descriptor >= 0 else { throw TacitError.system(.noInput, file: path) }
        buffer = .allocate(byteCount: 4096, alignment: 16)
        settings = RecordedSettings(
            sense: .pictures(ticksPerReading: 1), modelName: "", modelDigest: "", input: "", source: nil,
            thresholds: [], selected: [], events: EventSettings(), top: 0, showFrom: nil, hasLogits: false,
            isLive: false)
        var status = stat()
        if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            throw TacitError(.noInput, file: path, "is a directory, expected a recording")
        }
        do {
            try readHeader()
            guard try peek() == .settings else {
                throw TacitError(.badData, place: "byte \(place)", "expected the settings of a recording")
            }
            settings = try take { _, payload in try RecordedSettings(payload) }
        } catch let error as TacitError {
            throw error.inFile(name)
        }
    }

    deinit {
        if isOwned, descriptor >= 0 { close(descriptor) }
        buffer.deallocate()
    }

    /// What comes next; nil behind the end.
    ///
    /// - Throws: `TacitError` (bad data) where something is missing or not what was written: the same each time.
    func peek() throws -> RecordingFormat.Kind? {
        if let pending { return pending }
        if ending != nil { return nil }
        if let failure { throw failure }
        do {
            pending = try readChunk()
        } catch let error as TacitError {
            failure = error.inFile(name)
            throw error.inFile(name)
        }
        return pending
    }

    /// Takes what comes next. Its payload is valid during the call.
    ///
    /// - Throws: what `body` throws, with where it was.
    func take<Result>(_ body: (RecordingFormat.Kind, UnsafeRawBufferPointer) throws -> Result) throws -> Result {
        guard let kind = try peek() else { throw unexpected(nil) }
        pending = nil
        do {
            let payload = UnsafeRawBufferPointer(rebasing: buffer[8..<count - 4])
            if kind == .end { try takeEnd(payload) }
            return try body(kind, payload)
        } catch let error as TacitError where error.file == nil {
            failure = TacitError.badData(
                name, at: "byte \(place)", "\(error.place.map { "\($0): " } ?? "")\(error.reason)")
            throw failure ?? error
        } catch let error as TacitError {
            failure = error
            throw error
        }
    }

    /// For a recording that says what can't follow from what it says before.
    func unexpected(_ what: String?) -> TacitError {
        TacitError.badData(
            name, at: "byte \(place)",
            "\(what ?? "the recording is over"), where the model says something else: it was not made with this model")
    }

    /// A chunk was about this moment of the stream.
    func passed(seconds: Double) { self.seconds = max(self.seconds, seconds) }

    /// Takes the time of day that a chunk says, of some ten thousand years: that is now, by `clock`.
    func takeTimeOfDay(_ cursor: inout ByteCursor) throws -> WallTime {
        let milliseconds = try cursor.number(Int64.self, "time of day")
        guard (-1 << 48..<1 << 48).contains(milliseconds) else {
            throw TacitError(.badData, "time of day: \(milliseconds)")
        }
        let time = WallTime(milliseconds: Int(milliseconds))
        clock.set(time)
        return time
    }

    /// Takes whatever is left, once the stream is over: nothing but its end.
    ///
    /// - Throws: `TacitError` (bad data) where anything is missing, damaged or left over.
    package func finish() throws {
        if ending == nil {
            try take { kind, _ in
                guard kind == .end else { throw TacitError(.badData, "the stream is over, and the recording is not") }
            }
        }
        if try fill(1, from: 0) > 0 {
            throw TacitError.badData(name, at: "byte \(place + count)", "there is more behind the recording's end")
        }
    }

    // MARK: Reading

    private func readHeader() throws {
        let length = RecordingFormat.headerBytes
        guard try fill(length, from: 0) == length, RecordingFormat.magic.elementsEqual(buffer[..<8]) else {
            throw TacitError(.badData, "is not a recording of tacit's")
        }
        let version = buffer.loadUnaligned(fromByteOffset: 8, as: UInt32.self)
        guard version == RecordingFormat.version, buffer.loadUnaligned(fromByteOffset: 12, as: UInt32.self) == 0 else {
            throw TacitError(
                .badData, place: "byte 8",
                "a recording of version \(version), expected \(RecordingFormat.version)")
        }
        count = length
    }

    private func readChunk() throws -> RecordingFormat.Kind {
        place += count
        count = 0
        let head = try fill(8, from: 0)
        guard head == 8 else { throw cutOff() }
        let code = buffer.loadUnaligned(fromByteOffset: 0, as: UInt32.self)
        let length = Int(buffer.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        guard let kind = RecordingFormat.Kind(rawValue: code), length <= kind.mostBytes else { throw damaged() }
        let whole = length + RecordingFormat.chunkOverhead
        guard try fill(whole - 8, from: 8) == whole - 8 else { throw cutOff() }
        let sum = buffer.loadUnaligned(fromByteOffset: whole - 4, as: UInt32.self)
        guard Self.matches(UnsafeRawBufferPointer(rebasing: buffer[..<(whole - 4)]), sum) else { throw damaged() }
        count = whole
        return kind
    }

    /// Whether a chunk is what was written. A fuzzer's build believes every one: no mutation would get past this
    /// otherwise.
    private static func matches(_ chunk: UnsafeRawBufferPointer, _ sum: UInt32) -> Bool {
        #if FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
            return true
        #else
            return RecordingFormat.checksum(chunk) == sum
        #endif
    }

    private func cutOff() -> TacitError {
        TacitError(.badData, place: "byte \(place)", "the recording is cut off here\(replayed)")
    }

    private func damaged() -> TacitError {
        TacitError(.badData, place: "byte \(place)", "the recording is damaged from here on\(replayed)")
    }

    private var replayed: String { ": \((seconds * 1000).rounded(.down) / 1000) s of it are whole" }

    /// Reads so many bytes to the buffer, behind the first `start`.
    ///
    /// - Returns: how many there were.
    /// - Throws: `TacitError` (I/O error).
    private func fill(_ bytes: Int, from start: Int) throws -> Int {
        var done = 0
        while done < bytes {
            let part = min(bytes - done, Self.step)
            if start + done + part > buffer.count {
                let larger = UnsafeMutableRawBufferPointer.allocate(
                    byteCount: max(start + done + part, min(2 * buffer.count, start + bytes)), alignment: 16)
                larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<(start + done)]))
                buffer.deallocate()
                buffer = larger
            }
            let received = read(descriptor, buffer.baseAddress.map { $0 + start + done }, part)
            if received < 0 {
                switch errno {
                case EINTR: continue
                case EAGAIN:
                    // Whoever else has the pipe may have set it so.
                    var news = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                    poll(&news, 1, -1)
                    continue
                case let number: throw TacitError.system(number == EBADF ? .noInput : .inputOutput, number)
                }
            }
            guard received > 0 else { break }
            done += received
        }
        return done
    }

    private func takeEnd(_ payload: UnsafeRawBufferPointer) throws {
        var cursor = ByteCursor(payload)
        let code = try cursor.number(UInt32.self, "ending")
        let length = Int(try cursor.number(UInt32.self, "length of the text"))
        guard let ended = RecordingFormat.Ending(rawValue: code), length == cursor.remaining else {
            throw TacitError(.badData, "an end that is none")
        }
        ending =
            switch ended {
            case .over: .over
            case .limit: .limit
            case .error: .error(String(decoding: payload[8...], as: UTF8.self))
            }
    }
}
