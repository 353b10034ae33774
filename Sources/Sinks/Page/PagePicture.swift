import CTacitJPEG
import Glibc
import TacitDiagnostics
import TacitFrontEnd

/// The last picture of a stream, made smaller. Nothing is kept while nobody looks: whoever looks first is given the
/// next one.
package final class PagePicture: Sendable {
    private struct State {
        let pixels = UnsafeMutablePointer<UInt8>.allocate(capacity: PagePicture.longest * PagePicture.longest * 3)
        /// 0 while there is no picture.
        var width = 0
        var height = 0
        var channels = 0
        var lastLook = -Double.infinity
        var lastTaken = -Double.infinity
    }

    private let shared = Guarded(State())

    /// Pixels of a side, at most.
    private static let longest = 320
    /// Seconds for which pictures are kept after a look, and between two of them.
    private static let interest = 30.0
    private static let pause = 0.4
    private static let quality: Int32 = 70

    package init() {}

    deinit { shared.locked { $0.pixels.deallocate() } }

    /// Takes a picture over, every so many pixels one.
    ///
    /// - Parameters:
    ///   - frame: the stream's.
    ///   - now: seconds, by `Stopwatch`.
    /// - Returns: whether it was wanted.
    @discardableResult
    package func take(_ frame: PixelView, now: Double = Stopwatch.now) -> Bool {
        shared.locked { state in
            guard now - state.lastLook < Self.interest, now - state.lastTaken >= Self.pause else { return false }
            state.lastTaken = now
            let step = (max(frame.width, frame.height) + Self.longest - 1) / Self.longest
            let channels = frame.channels
            state.width = max(1, frame.width / step)
            state.height = max(1, frame.height / step)
            state.channels = channels
            for row in 0..<state.height {
                let source = frame.pixels + row * step * frame.bytesPerRow
                let target = state.pixels + row * state.width * channels
                for column in 0..<state.width {
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
        shared.locked { state in
            if now - state.lastLook >= Self.interest {
                state.width = 0
                state.lastTaken = -.infinity
            }
            state.lastLook = now
            return state.width > 0
        }
    }

    package var isThere: Bool { shared.locked { $0.width > 0 } }

    /// nil while there is none.
    package func jpeg() -> [UInt8]? {
        // A copy, so that the stream need not wait for the encoder.
        let (copy, width, height, channels) = shared.locked { state in
            let count = state.width * state.height * state.channels
            return (
                Array(UnsafeBufferPointer(start: state.pixels, count: count)), state.width, state.height, state.channels
            )
        }
        guard !copy.isEmpty else { return nil }
        var count = 0
        let bytes = tacit_jpeg_encode(
            copy, UInt32(width), UInt32(height), UInt32(channels), width * channels, Self.quality, &count)
        defer { free(bytes) }
        return bytes.map { Array(UnsafeBufferPointer(start: $0, count: count)) }
    }
}
