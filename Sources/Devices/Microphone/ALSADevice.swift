import CTacitALSA
import Glibc
import TacitDiagnostics

/// A capture device of ALSA's: a sound card, or anything that its configuration defines. One thread at a
/// time calls: whoever opens it first, and then the `CaptureThread` that is made with it.
package final class ALSADevice: CaptureDevice, @unchecked Sendable {
    /// As the user named it; looked up anew each time it is opened, since a card may come back with another number.
    private let wanted: MicrophoneName
    private let wakeSeconds: Double
    private let holders: DeviceHolders
    private var handle: OpaquePointer?
    package private(set) var name: String

    /// - Parameters:
    ///   - name: ALSA's, or one that `tacit devices` lists.
    ///   - wakeSeconds: how often `read` is to be woken, at the most, by a device whose periods are shorter: several
    ///     are then read one after the other.
    ///   - holders: who has a device that is busy.
    /// - Throws: `TacitError` (usage) for a name that can't be one.
    package init(_ name: String, wakeSeconds: Double = 1 / 40, holders: DeviceHolders = DeviceHolders()) throws {
        self.holders = holders
        wanted = try MicrophoneName(name)
        self.wakeSeconds = min(max(wakeSeconds, 0), 1)
        self.name = name
        tacit_alsa_silence()
    }

    /// Woken ten times as often as there is something to say: no reading waits for long.
    ///
    /// - Parameters:
    ///   - name: ALSA's, or one that `tacit devices` lists.
    ///   - hop: seconds from one reading to the next.
    /// - Throws: `TacitError` (usage) for a name that can't be one.
    package convenience init(_ name: String, hop: Double) throws {
        try self.init(name, wakeSeconds: min(hop / 10, 1 / 10))
    }

    deinit { close() }

    package func open(sampleRate: Int, isFixed: Bool) throws -> CaptureFormat {
        close()
        // What is configured may depend on which cards are there.
        snd_config_update_free_global()
        var resolved = wanted.text
        do {
            resolved = try wanted.resolve()
            let code = snd_pcm_open(&handle, resolved, SND_PCM_STREAM_CAPTURE, 0)
            guard code >= 0, let handle else {
                handle = nil
                throw ALSAFailure(code: code)
            }
            name = Self.describe(handle, resolved, asked: wanted.text)
            let negotiation = try Negotiation(handle)
            return try negotiation.agree(sampleRate: sampleRate, isFixed: isFixed, wakeSeconds: wakeSeconds)
        } catch let failure as ALSAFailure {
            close()
            let place = MicrophonePlace(resolved)
            let holders = failure.isBusy ? holders.ofMicrophone(card: place.card, device: place.device) : []
            throw TacitError(.deviceUnavailable, file: wanted.text, failure.reason(holders))
        } catch let error as TacitError {
            close()
            throw error.inFile(wanted.text)
        }
    }

    package func start() -> CaptureResult {
        guard let handle else { return .lost(ENODEV) }
        var code: Int32 = 0
        if snd_pcm_state(handle) == SND_PCM_STATE_SUSPENDED {
            var turns = 0
            repeat {
                code = snd_pcm_resume(handle)
                turns += 1
                if code == -EAGAIN { sleep(milliseconds: 100) }
            } while code == -EAGAIN && turns < 100
        }
        let state = snd_pcm_state(handle)
        if state == SND_PCM_STATE_RUNNING { return .frames(0) }
        if state != SND_PCM_STATE_PREPARED {
            code = snd_pcm_prepare(handle)
            if code < 0 { return .lost(-code) }
        }
        // Reading would start it only once the whole buffer is asked for, by some configurations.
        code = snd_pcm_start(handle)
        return code >= 0 || snd_pcm_state(handle) == SND_PCM_STATE_RUNNING ? .frames(0) : .lost(-code)
    }

    package func read(into memory: UnsafeMutableRawPointer, frames: Int, milliseconds: Int) -> CaptureResult {
        guard let handle else { return .lost(ENODEV) }
        // Not waited for where a period is there: one is woken for several.
        if snd_pcm_avail_update(handle) < frames {
            let ready = snd_pcm_wait(handle, Int32(milliseconds))
            if ready == 0 { return .nothing }
            if ready < 0 {
                // A card that was pulled out is an error of its descriptor's, and no more, to who waits.
                return snd_pcm_state(handle) == SND_PCM_STATE_DISCONNECTED ? .lost(ENODEV) : Self.failure(ready)
            }
        }
        let count = snd_pcm_readi(handle, memory, snd_pcm_uframes_t(frames))
        if count > 0 { return .frames(min(Int(count), frames)) }
        if count < 0, count != -snd_pcm_sframes_t(EAGAIN) { return Self.failure(Int32(count)) }
        // Ready, and yet nothing to read: not asked again at once.
        sleep(milliseconds: 2)
        return .nothing
    }

    package var unread: Int {
        guard let handle else { return 0 }
        return max(0, Int(snd_pcm_avail_update(handle)))
    }

    package func close() {
        if let handle { snd_pcm_close(handle) }
        handle = nil
    }

    package var now: Double { BootClock.now }

    package func sleep(milliseconds: Int) {
        usleep(UInt32(milliseconds) * 1000)
    }

    private static func failure(_ code: Int32) -> CaptureResult {
        switch -code {
        case EPIPE: .overrun
        case ESTRPIPE: .suspended
        case EINTR, EAGAIN: .nothing
        case let number: .lost(number)
        }
    }

    /// The name it was opened by, and the card's own behind it, if there is one.
    private static func describe(_ handle: OpaquePointer, _ resolved: String, asked: String) -> String {
        var text = asked == resolved ? asked : "\(asked), \(resolved)"
        var information: OpaquePointer?
        guard snd_pcm_info_malloc(&information) >= 0, let information else { return text }
        defer { snd_pcm_info_free(information) }
        guard snd_pcm_info(handle, information) >= 0 else { return text }
        let card = snd_pcm_info_get_card(information)
        var cardName: UnsafeMutablePointer<CChar>?
        if card >= 0, snd_card_get_name(card, &cardName) >= 0, let cardName {
            text += " (\(DeviceText.printable(String(cString: cardName))))"
            free(cardName)
        }
        return text
    }
}
