import TacitDiagnostics

/// Looks for MPEG audio, and for streams that were joined amid them, among the first bytes of what was taken for raw
/// samples as it passes, far behind bytes that nothing tells from samples: so that noise is not taken for sound in
/// silence.
final class MPEGWatch {
    private let window: UnsafeMutableRawBufferPointer
    private var held = 0
    /// Bytes in front of the window.
    private var passed = 0
    private var isOver = false

    /// How far is looked. What begins so late was cut out of something longer.
    private static let reach = 1 << 20
    private static let starts = ByteStream.maximumPeek - (MPEGSearch.farFrames + 1) * MPEGHeader.maximumFrameBytes

    init() { window = .allocate(byteCount: ByteStream.maximumPeek, alignment: 16) }

    deinit { window.deallocate() }

    /// The next bytes of the stream; none at its end.
    ///
    /// - Throws: `TacitError` (bad data) once as many frames in a row are found as samples never look like.
    func feed(_ bytes: UnsafeRawBufferPointer) throws {
        var left = bytes
        while !isOver {
            let count = min(left.count, window.count - held)
            if count > 0 {
                UnsafeMutableRawBufferPointer(rebasing: window[held..<held + count])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: left[..<count]))
                left = UnsafeRawBufferPointer(rebasing: left[count...])
                held += count
            }
            let isEnd = bytes.isEmpty
            guard held == window.count || isEnd else { return }
            try search(isEnd: isEnd)
            guard !isEnd, passed + Self.starts < Self.reach else {
                isOver = true
                return
            }
            let rest = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(window)[Self.starts..<held])
            window.copyMemory(from: rest)
            held = rest.count
            passed += Self.starts
        }
    }

    private func search(isEnd: Bool) throws {
        let bytes = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(window)[..<held])
        if let joined = JoinedStream.find(in: bytes, starts: isEnd ? held : Self.starts) {
            throw TacitError(
                .badData, place: "byte \(passed + joined.place)",
                "\(joined.name) begins here, behind bytes that were taken for raw samples: \(joined.remedy)"
            ).mended(by: .takingAsSamples)
        }
        var from = 0
        while from < bytes.count {
            let part = UnsafeRawBufferPointer(rebasing: bytes[from...])
            // As what stands far from the beginning, wherever it is.
            let passing = MPEGHeader.maximumFrameBytes + 1
            guard
                case .begins(let place) = MPEGSearch.find(
                    in: part, isEnd: isEnd, starts: Self.starts - from, frames: MPEGSearch.farFrames, passed: passing)
            else { return }
            if !isTone(part, place) {
                throw TacitError(
                    .badData, place: "byte \(passed + from + place)",
                    "MP3 begins here, behind bytes that were taken for raw samples: give it as a file"
                ).mended(by: .takingAsSamples)
            }
            from += place + 1
        }
    }

    /// A tone may have the bytes of a header in each of its periods, and a frame's length as its period: the frames are
    /// all alike then.
    private func isTone(_ bytes: UnsafeRawBufferPointer, _ place: Int) -> Bool {
        guard let header = MPEGHeader(bytes[place...]), place + 2 * header.frameBytes <= bytes.count else {
            return false
        }
        let next = place + header.frameBytes
        return bytes[place..<next].elementsEqual(bytes[next..<next + header.frameBytes])
    }
}
