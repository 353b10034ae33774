import TacitDiagnostics

/// Notices bytes that come and come and make no picture. A camera that sends nothing for a while is none of it: a pause
/// counts for a second at most.
package struct PictureDrought: Sendable {
    /// Seconds without a picture that are too many.
    package static let usualLimit = 10.0
    private static let longestPause = 1.0

    private let limit: Double
    private var seconds = 0.0
    private var last: Double?

    package init(limit: Double = usualLimit) { self.limit = limit }

    /// Bytes came that did not end a picture yet.
    ///
    /// - Parameter now: seconds, on a clock that only goes forward.
    /// - Returns: whether this has gone on for too long.
    package mutating func bytesCame(at now: Double) -> Bool {
        if let last { seconds += min(max(0, now - last), Self.longestPause) }
        last = now
        return seconds >= limit
    }

    package mutating func pictureCame() {
        seconds = 0
        last = nil
    }

    /// What errors say of it.
    package var reason: String { Self.reason(limit) }

    /// What errors say of so many seconds without a picture.
    package static func reason(_ seconds: Double) -> String {
        "no whole JPEG picture for \(seconds.shortText) s, though bytes came"
    }
}
