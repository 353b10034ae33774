import Glibc
import Synchronization
import TacitDiagnostics
import TacitMedia

/// Carries periods from a device to a ring, on a thread of its own, and brings the device back when it stops.
///
/// It waits for nothing but the device. What is missing between two stretches is measured on the clock: from the moment
/// at which the last sample that was read had been captured, to the moment at which the device was started again.
/// Nothing is allocated here, except by libasound when a device is opened again.
final class CaptureThread: @unchecked Sendable {
    private let device: any CaptureDevice
    private let ring: SampleRing
    private let state: CaptureState
    private let stallSeconds: Double
    private let sampleRate: Int
    private var format: CaptureFormat

    private let mono: UnsafeMutablePointer<Float>
    private var raw: UnsafeMutableRawPointer
    private var interleaved: UnsafeMutablePointer<Float>
    private let period: Int
    /// When the last sample that was read had been captured; the start, before there is one.
    private var lastSample = 0.0

    /// How often a device that is gone is looked for.
    private static let retryMilliseconds = 250
    /// How long a device is waited for at once, so that a wish to stop is soon seen.
    private static let waitMilliseconds = 250

    /// - Parameter device: open, and from now on this thread's.
    init(
        device: any CaptureDevice, format: CaptureFormat, ring: SampleRing, state: CaptureState, stallSeconds: Double
    ) {
        self.device = device
        self.format = format
        self.ring = ring
        self.state = state
        self.stallSeconds = stallSeconds
        sampleRate = format.sampleRate
        period = format.period
        mono = .allocate(capacity: period)
        mono.initialize(repeating: 0, count: period)
        (raw, interleaved) = Self.buffers(format, period: period)
    }

    deinit {
        mono.deallocate()
        raw.deallocate()
        interleaved.deallocate()
    }

    /// Begins, and goes on until the state says stop. Not waited for: a device's driver may keep it for long.
    ///
    /// - Parameter name: the device's, for an error.
    /// - Throws: `TacitError` (I/O error) where the system has no thread left.
    func detach(for name: String) throws {
        try DetachedThread.start(for: name, failing: .inputOutput) { self.run() }
    }

    private func run() {
        lastSample = device.now
        var result = device.start()
        while !state.isStopping.load(ordering: .relaxed) {
            switch result {
            case .frames(let count):
                if count > 0 { take(count) }
                result = next()
            case .nothing:
                result = device.now - lastSample < stallSeconds ? next() : .lost(0)
            case .overrun:
                result = restart(.overrun)
            case .suspended:
                result = restart(.suspend)
            case .lost(let cause):
                device.close()
                state.cause.store(cause, ordering: .relaxed)
                state.isAway.store(true, ordering: .releasing)
                ring.wake()
                result = comeBack()
            }
        }
        device.close()
    }

    private func next() -> CaptureResult {
        device.read(into: raw, frames: period, milliseconds: Self.waitMilliseconds)
    }

    private func take(_ count: Int) {
        let samples = count * format.channels
        format.encoding.decode(raw, count: samples, into: interleaved)
        ChannelMix.average(interleaved, frames: count, channels: format.channels, into: mono)
        lastSample = device.now - Double(device.unread) / Double(sampleRate)
        var silent = 0
        while silent < count, mono[count - 1 - silent] == 0 { silent += 1 }
        let before = silent == count ? state.silence.load(ordering: .relaxed) : 0
        state.silence.store(before + silent, ordering: .relaxed)
        ring.write(mono, count: count)
    }

    private func restart(_ reason: SourceEvent.Reason) -> CaptureResult {
        let result = device.start()
        if case .frames = result { countLoss(reason) }
        return result
    }

    /// Opens the device again as soon as it is there.
    private func comeBack() -> CaptureResult {
        while !state.isStopping.load(ordering: .relaxed) {
            device.sleep(milliseconds: Self.retryMilliseconds)
            let format: CaptureFormat
            do {
                format = try device.open(sampleRate: sampleRate, isFixed: true)
                state.refusal.withLock { $0 = nil }
            } catch {
                let reason = TacitError.reason(of: error)
                state.refusal.withLock { $0 = reason }
                continue
            }
            guard case .frames = device.start() else {
                device.close()
                continue
            }
            if format != self.format {
                self.format = format
                raw.deallocate()
                interleaved.deallocate()
                (raw, interleaved) = Self.buffers(format, period: period)
            }
            countLoss(.lost)
            state.returns.add(1, ordering: .relaxed)
            state.isAway.store(false, ordering: .releasing)
            return .frames(0)
        }
        return .nothing
    }

    /// The device has just been started again: what came between is lost.
    private func countLoss(_ reason: SourceEvent.Reason) {
        let now = device.now
        // A year at most, so that no clock can make a nonsense of the stream's time.
        let seconds = min(max(0, now - lastSample), 3.2e7)
        ring.lose(Int((seconds * Double(sampleRate)).rounded()), reason)
        lastSample = now
    }

    private static func buffers(
        _ format: CaptureFormat, period: Int
    ) -> (UnsafeMutableRawPointer, UnsafeMutablePointer<Float>) {
        let interleaved = UnsafeMutablePointer<Float>.allocate(capacity: period * format.channels)
        interleaved.initialize(repeating: 0, count: period * format.channels)
        return (.allocate(byteCount: period * format.bytesPerFrame, alignment: 16), interleaved)
    }
}
