import TacitDevices
import TacitMedia

extension Listener.Source {
    /// A microphone of ALSA's.
    ///
    /// The stream ends with a `TacitError`: device unavailable for one that can't be opened, device lost for one that
    /// goes away and is not back in time, usage for a wait below 0.
    ///
    /// - Parameters:
    ///   - name: as `tacit devices` gives it, or as ALSA knows it.
    ///   - wait: seconds to wait for one that is absent at the start, 0 if left out; infinity for ever.
    ///   - waitLost: seconds to wait for one that was there and is lost, 60 if left out; infinity for ever. What was lost
    ///     meanwhile is a gap.
    ///   - note: told, in words, what a person should know of the device. Called on the stream's thread.
    public static func microphone(
        _ name: String = "default", wait: Double = DeviceWaits.atStart, waitLost: Double = DeviceWaits.lost,
        note: @escaping @Sendable (String) -> Void = { _ in }
    ) -> Listener.Source {
        Listener.Source(name: name, isLive: true) { wish in
            try DeviceWaits.require(wait, waitLost)
            return try Microphone(
                MicrophoneSettings(sampleRate: wish.sampleRate, wait: wait, waitLost: waitLost),
                device: ALSADevice(name, hop: wish.hop),
                stopDescriptor: wish.stop.descriptor, note: { note($0.words("microphone")) })
        }
    }
}
