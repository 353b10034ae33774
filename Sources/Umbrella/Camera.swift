import TacitDevices
import TacitMedia

extension Watcher.Source {
    /// A camera of Video4Linux's.
    ///
    /// The stream ends with a `TacitError`: device unavailable for one that can't be opened, device lost for one that
    /// goes away and is not back in time, usage for numbers out of range.
    ///
    /// - Parameters:
    ///   - name: as `tacit devices` gives it, or its path in `/dev`; nil for the first one.
    ///   - rate: pictures a second that are enough, 0.001...100,000.
    ///   - wait: seconds to wait for one that is absent at the start, 0 if left out; infinity for ever.
    ///   - waitLost: seconds to wait for one that was there and is lost, 60 if left out; infinity for ever. That time is a gap.
    ///   - note: told, in words, what a person should know of the device. Called on the stream's thread.
    public static func camera(
        _ name: String? = nil, rate: Double? = nil, wait: Double = DeviceWaits.atStart,
        waitLost: Double = DeviceWaits.lost,
        note: @escaping @Sendable (String) -> Void = { _ in }
    ) -> Watcher.Source {
        Watcher.Source(fastest: CameraWish.fastest(rate)) { wish in
            try DeviceWaits.require(wait, waitLost)
            if let rate { _ = try FrameClock(rate: rate) }
            let stop = wish.stop
            let camera = CameraWish(
                width: wish.input.width, height: wish.input.height, isGrey: wish.input.channels == 1,
                rate: rate ?? CameraWish.usualRate)
            return try Camera(
                CameraSettings(wish: camera, wait: wait, waitLost: waitLost, isStopping: { stop.isStopping }),
                device: V4L2Device(name), note: { note($0.words("camera")) })
        }
    }
}
