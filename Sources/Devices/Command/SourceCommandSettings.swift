/// How a command that delivers a stream is kept going.
package struct SourceCommandSettings: Equatable, Sendable {
    /// Seconds without a byte after which it is ended and started again.
    package var silence: Double
    /// Seconds that it has at the start until it delivers, in as many tries as that allows; one try has as long as it needs.
    package var wait: Double
    /// Seconds that one which did deliver is tried again until it is given up.
    package var waitLost: Double
    /// Seconds from being asked to end to being made to.
    package var grace: Double

    package static let usualSilence = 10.0

    package init(
        silence: Double = usualSilence, wait: Double = DeviceWaits.atStart, waitLost: Double = DeviceWaits.lost,
        grace: Double = 1
    ) {
        self.silence = silence
        self.wait = wait
        self.waitLost = waitLost
        self.grace = grace
    }
}
