import Glibc
import Synchronization
import TacitDiagnostics
import TacitMedia

/// A microphone as a source of samples: a capture thread fills a ring, this reads from it.
///
/// Whatever is lost on the way is a gap of its true length at its place: what the device overran, what passed while it
/// was suspended or away, and what found no room in the ring because the reader was late. Nothing is allocated by
/// reading.
package final class Microphone: SampleSource {
    package let sampleRate: Int
    /// The device in words.
    package let name: String
    package let format: CaptureFormat

    private let settings: MicrophoneSettings
    private let ring: SampleRing
    private let state = CaptureState()
    private let note: (DeviceNote) -> Void
    private let stopDescriptor: Int32
    /// When this thread last had a sample or a gap, on its own clock.
    private var lastEvent: Double
    private var awaySince: Double?
    private var isSilent = false

    /// How often the device is looked for at the start.
    private static let retryMilliseconds = 250

    /// Opens the device, waiting for it as the settings say, and starts capturing.
    ///
    /// - Parameters:
    ///   - settings: the rate that is wished, and how long to wait.
    ///   - device: the one to open.
    ///   - stopDescriptor: once this one is readable or closed, the stream ends, and there is no more waiting.
    ///   - note: called from here and from `read`, on the thread that calls these. Each trouble is told once.
    /// - Throws: `TacitError`: device unavailable, also for one that is waited for no longer because the stream is to
    ///   end; usage for a name that can't be one; I/O error where the system has no thread or no descriptors left.
    package init(
        _ settings: MicrophoneSettings, device: any CaptureDevice, stopDescriptor: Int32? = nil,
        note: @escaping (DeviceNote) -> Void
    ) throws {
        self.settings = settings
        self.stopDescriptor = stopDescriptor ?? -1
        self.note = note
        format = try Self.open(device, settings, self.stopDescriptor, note)
        sampleRate = format.sampleRate
        name = device.name
        note(.opened(name: name, format: format.description))
        ring = try SampleRing(
            capacity: max(Int(settings.ringSeconds * Double(sampleRate)), 4 * format.period), for: name)
        lastEvent = BootClock.now
        try CaptureThread(
            device: device, format: format, ring: ring, state: state, stallSeconds: settings.stallSeconds
        ).detach(for: name)
    }

    deinit { state.isStopping.store(true, ordering: .relaxed) }

    /// Waits until the buffer can be filled, or for a moment.
    ///
    /// - Throws: `TacitError` (device lost) when it went away and did not come back in time.
    package func read(into buffer: UnsafeMutableBufferPointer<Float>) throws -> SourceEvent {
        guard !buffer.isEmpty else { return .end }
        if ring.wait(samples: buffer.count, milliseconds: 1000, stopDescriptor: stopDescriptor) { return .end }
        while true {
            if let event = ring.read(into: buffer) {
                lastEvent = BootClock.now
                noteReturn()
                noteSilence()
                return event
            }
            try noteLoss()
            if ring.wait(samples: 1, milliseconds: 100, stopDescriptor: stopDescriptor) { return .end }
        }
    }

    /// Drops what is at hand: only what comes from now on is wanted.
    package func discard() {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 4096) { buffer in
            buffer.initialize(repeating: 0)
            var dropped = 0
            // No more than fits: a device may deliver faster than samples are dropped.
            while dropped < ring.capacity, let event = ring.read(into: buffer) {
                if case .samples(let count) = event { dropped += count }
            }
        }
        lastEvent = BootClock.now
    }

    private static func open(
        _ device: any CaptureDevice, _ settings: MicrophoneSettings, _ stopDescriptor: Int32,
        _ note: (DeviceNote) -> Void
    ) throws -> CaptureFormat {
        let deadline = device.now + settings.wait
        var hasTold = false
        while true {
            do {
                return try device.open(sampleRate: settings.sampleRate, isFixed: false)
            } catch let error as TacitError where error.kind == .deviceUnavailable && device.now < deadline {
                if !hasTold { note(.waiting(reason: error.description)) }
                hasTold = true
                var wish = pollfd(fd: stopDescriptor, events: Int16(POLLIN), revents: 0)
                guard poll(&wish, 1, 0) <= 0 else { throw error }
                device.sleep(milliseconds: retryMilliseconds)
            }
        }
    }

    /// Nothing is at hand: is the device gone, and for how long?
    private func noteLoss() throws {
        let now = BootClock.now
        // A driver may keep the capture thread for ever: that it delivers nothing is seen from here too, a moment later
        // than from there.
        let isAway = state.isAway.load(ordering: .acquiring) || now - lastEvent >= 1.5 * settings.stallSeconds
        guard isAway else { return noteReturn() }
        guard let since = awaySince else {
            awaySince = now
            note(.lost(cause: state.cause.load(ordering: .relaxed)))
            if settings.waitLost <= 0 { throw lostError() }
            return
        }
        if now - since >= settings.waitLost { throw lostError() }
    }

    private func lostError() -> TacitError {
        let words = "lost, and not back within \(Int(settings.waitLost.rounded(.up))) seconds"
        let refusal = state.refusal.withLock { $0 }
        // One that is there, and can't be had, is another matter.
        return TacitError(
            .deviceLost, file: name, refusal.flatMap { $0 == ALSAFailure.absence ? nil : "\(words): \($0)" } ?? words)
    }

    private func noteReturn() {
        guard awaySince != nil, !state.isAway.load(ordering: .acquiring) else { return }
        awaySince = nil
        note(.returned)
    }

    private func noteSilence() {
        let seconds = Double(state.silence.load(ordering: .relaxed)) / Double(sampleRate)
        if !isSilent, seconds >= settings.silenceSeconds {
            isSilent = true
            note(.silent(seconds: seconds))
        } else if isSilent, seconds < settings.silenceSeconds {
            isSilent = false
            note(.audible)
        }
    }
}
