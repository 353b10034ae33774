/// How a microphone is opened and kept.
package struct MicrophoneSettings: Equatable, Sendable {
    /// Hertz that the device is asked for first.
    package var sampleRate: Int
    /// Seconds to wait for a device that is absent at the start.
    package var wait: Double
    /// Seconds to wait for one that was there and is lost.
    package var waitLost: Double
    /// Seconds of sound that the reader may be late by before samples are lost.
    package var ringSeconds: Double
    /// Seconds without a sample after which a device is taken for lost.
    package var stallSeconds: Double
    /// Seconds of nothing but zeros after which that is reported.
    package var silenceSeconds: Double

    package init(
        sampleRate: Int, wait: Double = DeviceWaits.atStart, waitLost: Double = DeviceWaits.lost,
        ringSeconds: Double = 2, stallSeconds: Double = 10, silenceSeconds: Double = 10
    ) {
        self.sampleRate = sampleRate
        self.wait = wait
        self.waitLost = waitLost
        self.ringSeconds = ringSeconds
        self.stallSeconds = stallSeconds
        self.silenceSeconds = silenceSeconds
    }
}
