import TacitDiagnostics
import TacitFrontEnd
import TacitMedia

/// Pictures that are handed over by the very thread that reads them, one at a time.
final class FedPictures: FrameSource {
    let frame = FrameBuffer()
    private let clock: FrameClock
    private var stamp: FrameEvent.Stamp?
    private var gap: FrameEvent.Gap?
    /// Pictures up to now, those that were lost included.
    private var count = 0
    private var lost = 0
    /// Times are counted from this picture on, which has this time in microseconds.
    private var origin = (index: 0, time: 0)
    /// None before this, in microseconds.
    private var newest = 0

    /// A lifetime in microseconds: no time beyond it overflows anywhere.
    private static let latest = 1 << 52

    /// - Parameter rate: pictures a second, by which the times of those are counted that come without.
    /// - Throws: `TacitError` (usage) for a rate out of range.
    init(rate: Double) throws { clock = try FrameClock(rate: rate) }

    /// - Throws: `TacitError`: usage for a time that goes back or beyond all bounds, bad data for a picture that is
    ///   none; then nothing is fed.
    func feed(_ picture: PixelView, seconds: Double?) throws {
        let time = try time(seconds)
        try frame.reshape(width: picture.width, height: picture.height, channels: picture.channels)
        let row = picture.width * picture.channels
        for y in 0..<picture.height {
            (frame.pixels + y * row).update(from: picture.pixels + y * picture.bytesPerRow, count: row)
        }
        if seconds != nil { origin = (count, time) }
        stamp = FrameEvent.Stamp(index: count, time: time, dropped: lost)
        newest = time
        count += 1
    }

    /// So many pictures were lost before the one that is fed next.
    ///
    /// - Throws: `TacitError` (usage) for a number that no stream loses.
    func lose(_ pictures: Int) throws {
        guard (0...(1 << 40)).contains(pictures), count <= 1 << 50, let end = clockTime(count + pictures) else {
            throw TacitError(.usage, "\(pictures) pictures can't be lost")
        }
        guard pictures > 0 else { return }
        let length = end - (clockTime(count) ?? end)
        gap = FrameEvent.Gap(end: end, length: (gap?.length ?? 0) + length, reason: .lost)
        count += pictures
        lost += pictures
        newest = max(newest, end)
    }

    func read(notBefore due: Int) -> FrameEvent {
        if let gap {
            self.gap = nil
            return .gap(gap)
        }
        guard let stamp else { return .end }
        self.stamp = nil
        return stamp.time < due ? .passed(time: stamp.time) : .frame(stamp)
    }

    private func time(_ seconds: Double?) throws -> Int {
        guard let seconds else {
            guard let time = clockTime(count) else { throw TacitError(.usage, "no time is left for more pictures") }
            return time
        }
        guard seconds >= 0, seconds * 1_000_000 <= Double(Self.latest) else {
            throw TacitError(.usage, "a picture at \(seconds) s, expected seconds since the start of the stream")
        }
        let time = Int((seconds * 1_000_000).rounded())
        guard time >= newest else {
            throw TacitError(.usage, "a picture at \(seconds) s, after one at \(Double(newest) / 1_000_000) s")
        }
        return time
    }

    /// In microseconds, by the rate; nil where it would be later than ever.
    private func clockTime(_ index: Int) -> Int? {
        guard Double(index - origin.index) * 1_000_000 / clock.rate <= Double(Self.latest) else { return nil }
        let time = origin.time + clock.time(of: index - origin.index)
        return time <= Self.latest ? time : nil
    }
}
