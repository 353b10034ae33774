import CTacitJPEG
import Glibc
import TacitDiagnostics
import TacitFrontEnd

/// The last picture of a stream, made smaller. Nothing is kept while nobody looks: whoever looks first is given the
/// next one.
package final class PagePicture: @unchecked Sendable {
    private let monitor = Monitor()
    private var pixels: UnsafeMutablePointer<UInt8> = .allocate(capacity: PagePicture.longest * PagePicture.longest * 3)
    /// 0 while there is no picture.
    private var width = 0
    private var height = 0
    private var channels = 0
    private var lastLook = -Double.infinity
    private var lastTaken = -Double.infinity

    /// Pixels of a side, at most.
    private static let longest = 320
    /// Seconds for which pictures are kept after a look, and between two of them.
    private static let interest = 30.0
    private static let pause = 0.4
    private static let quality: Int32 = 70

    package init() {}

    deinit { pixels.deallocate() }

    /// Takes a picture over, every so many pixels one.
    ///
    /// - Parameters:
    ///   - frame: the stream's.
    ///   - now: seconds, by `Stopwatch`.
    /// - Returns: whether it was wanted.
    @discardableResult
    package func take(_ frame: PixelView, now: Double = Stopwatch.now) -> Bool {
        monitor.locked {
            guard now - lastLook < Self.interest, now - lastTaken >= Self.pause else { return false }
            lastTaken = now
            let step = (max(frame.width, frame.height) + Self.longest - 1) / Self.longest
            width = max(1, frame.width / step)
            height = max(1, frame.height / step)
            channels = frame.channels
            for row in 0..<height {
                let source = frame.pixels + row * step * frame.bytesPerRow
                let target = pixels + row * width * channels
                for column in 0..<width {
                    for channel in 0..<channels {
                        target[column * channels + channel] = source[column * step * channels + channel]
                    }
                }
            }
            return true
        }
    }

    /// Someone looks. What was taken before nobody looked any more is not the last picture.
    ///
    /// - Parameter now: seconds, by `Stopwatch`.
    /// - Returns: whether there is a picture; if not, the next one is taken.
    package func look(now: Double = Stopwatch.now) -> Bool {
        monitor.locked {
            if now - lastLook >= Self.interest {
                width = 0
                lastTaken = -.infinity
            }
            lastLook = now
            return width > 0
        }
    }

    package var isThere: Bool { monitor.locked { width > 0 } }

    /// nil while there is none.
    package func jpeg() -> [UInt8]? {
        // A copy, so that the stream need not wait for the encoder.
        let (copy, width, height, channels) = monitor.locked {
            let count = self.width * self.height * self.channels
            return (Array(UnsafeBufferPointer(start: pixels, count: count)), self.width, self.height, self.channels)
        }
        guard !copy.isEmpty else { return nil }
        var count = 0
        let bytes = tacit_jpeg_encode(
            copy, UInt32(width), UInt32(height), UInt32(channels), width * channels, Self.quality, &count)
        defer { free(bytes) }
        return bytes.map { Array(UnsafeBufferPointer(start: $0, count: count)) }
    }
}
