/// How a camera is opened and kept.
package struct CameraSettings {
    package var wish: CameraWish
    /// Seconds to wait for a camera that is absent at the start.
    package var wait: Double
    /// Seconds to wait for one that was there and is lost.
    package var waitLost: Double
    /// Seconds without a frame after which a camera is taken for lost.
    package var stallSeconds: Double
    /// Seconds of the very same picture after which that is reported.
    package var frozenSeconds: Double
    /// Whether there is no one left to deliver to.
    package var isStopping: () -> Bool

    package init(
        wish: CameraWish, wait: Double = DeviceWaits.atStart, waitLost: Double = DeviceWaits.lost,
        stallSeconds: Double = 5, frozenSeconds: Double = 10, isStopping: @escaping () -> Bool = { false }
    ) {
        self.wish = wish
        self.wait = wait
        self.waitLost = waitLost
        self.stallSeconds = stallSeconds
        self.frozenSeconds = frozenSeconds
        self.isStopping = isStopping
    }
}
