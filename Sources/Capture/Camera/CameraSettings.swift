/// How a camera is opened and kept.
public struct CameraSettings {
    public var wish: CameraWish
    /// Seconds to wait for a camera that is absent at the start.
    public var wait: Double
    /// Seconds to wait for one that was there and is lost.
    public var waitLost: Double
    /// Seconds without a frame after which a camera is taken for lost.
    public var stallSeconds: Double
    /// Seconds of the very same picture after which that is reported.
    public var frozenSeconds: Double
    /// Whether there is no one left to deliver to.
    public var isStopping: () -> Bool

    public init(
        wish: CameraWish, wait: Double = 0, waitLost: Double = 60, stallSeconds: Double = 5, frozenSeconds: Double = 10,
        isStopping: @escaping () -> Bool = { false }
    ) {
        self.wish = wish
        self.wait = wait
        self.waitLost = waitLost
        self.stallSeconds = stallSeconds
        self.frozenSeconds = frozenSeconds
        self.isStopping = isStopping
    }
}
