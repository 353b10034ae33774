import Glibc
import TacitDiagnostics

/// The rest of a stream, to be read from any place: a file where it lies, or a pipe's bytes, kept in memory.
final class SeekableBytes {
    private(set) var count: Int
    private(set) var position = 0
    /// Why less was read than there is.
    private(set) var failure: TacitError?

    private let stream: ByteStream
    /// A pipe's bytes.
    private var kept: [UInt8] = []
    private let isKept: Bool
    private var start: Int
    /// Bytes behind the limit.
    private var hidden = 0
    /// The bytes that there are said to be.
    private var claimed: Int?
    /// Bytes that are given in place of those of the file.
    private var changes: [(place: Int, bytes: [UInt8])] = []

    /// The longest that is kept of a pipe.
    private static let maximumBytes = 256 << 20

    /// - Throws: `TacitError`: bad data for what is too long to be kept.
    init(_ stream: ByteStream) throws {
        self.stream = stream
        isKept = !stream.isRegularFile
        if !isKept {
            var status = stat()
            let descriptor = stream.descriptor
            // Where a descriptor that was handed over stood at first is not known to be 0.
            let ahead = try stream.peek(1).count
            let place = Int(lseek(descriptor, 0, SEEK_CUR))
            start = place - ahead
            guard fstat(descriptor, &status) == 0, place >= ahead else {
                throw TacitError.system(.inputOutput, file: stream.name)
            }
            count = max(0, Int(status.st_size) - start)
            return
        }
        start = 0
        count = 0
        let block = UnsafeMutableRawPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { block.deallocate() }
        while true {
            let received = try stream.read(into: block, count: 1 << 16)
            if received == 0 { return }
            guard count + received <= Self.maximumBytes else {
                throw TacitError(
                    .badData,
                    "more than \(Self.maximumBytes >> 20) MB of a format that can't be read from a pipe as it comes: "
                        + "make a file of it"
                )
            }
            kept.append(contentsOf: UnsafeRawBufferPointer(start: block, count: received))
            count += received
        }
    }

    /// From now on the first `length` bytes are all there is, until `goOn`.
    func limit(to length: Int) {
        hidden += max(0, count - length)
        count = min(count, length)
    }

    /// From now on what stands behind the limit is all there is; false if there is none.
    func goOn() -> Bool {
        guard hidden > 0 else { return false }
        start += count
        count = hidden
        hidden = 0
        position = 0
        changes = []
        return true
    }

    /// From now on the first `length` bytes are all there is, and behind them nothing.
    func cut(to length: Int) {
        guard hidden == 0 else { return }
        count = min(count, length)
    }

    /// What the end is taken for by whoever seeks, though no more is read than there is.
    var shownCount: Int { claimed ?? count }

    /// Has `body` see a file that goes on up to `length`, and starts again.
    func claiming<Result>(_ length: Int, _ body: () -> Result) -> Result {
        claimed = length
        defer {
            claimed = nil
            position = 0
        }
        return body()
    }

    /// From now on `bytes` stand at `place`.
    func change(_ place: Int, to bytes: [UInt8]) { changes.append((place, bytes)) }

    func bytes(at place: Int, count: Int) -> [UInt8] {
        guard place >= 0, place < self.count else { return [] }
        var bytes = [UInt8](repeating: 0, count: min(count, self.count - place))
        let received = bytes.withUnsafeMutableBytes { take($0, at: place) }
        return Array(bytes.prefix(max(0, received)))
    }

    func read(_ target: UnsafeMutableRawPointer?, _ wanted: Int) -> Int {
        guard let target, wanted > 0, position < count else { return 0 }
        var filled = 0
        while filled < min(wanted, count - position) {
            let received = take(
                UnsafeMutableRawBufferPointer(start: target + filled, count: min(wanted, count - position) - filled),
                at: position + filled)
            if received < 0, errno == EINTR { continue }
            if received < 0 {
                failure = TacitError.system(.inputOutput, file: stream.name)
            }
            if received <= 0 { break }
            filled += received
        }
        for change in changes {
            for (index, byte) in change.bytes.enumerated() {
                let place = change.place + index - position
                if (0..<filled).contains(place) { target.storeBytes(of: byte, toByteOffset: place, as: UInt8.self) }
            }
        }
        position += filled
        return filled
    }

    private func take(_ target: UnsafeMutableRawBufferPointer, at place: Int) -> Int {
        guard isKept else { return pread(stream.descriptor, target.baseAddress, target.count, off_t(start + place)) }
        target.copyBytes(from: kept[start + place..<start + place + target.count])
        return target.count
    }

    func seek(_ offset: Int, _ whence: Int32) -> Int {
        let origin = whence == SEEK_CUR ? position : whence == SEEK_END ? shownCount : 0
        let (target, overflows) = origin.addingReportingOverflow(offset)
        if !overflows, target >= 0 { position = target }
        return position
    }

    static func of(_ context: UnsafeMutableRawPointer?) -> SeekableBytes {
        guard let context else { preconditionFailure("libsndfile gives back what it was given") }
        return Unmanaged<SeekableBytes>.fromOpaque(context).takeUnretainedValue()
    }
}
