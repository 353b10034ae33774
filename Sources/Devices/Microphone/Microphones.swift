import CTacitALSA
import Glibc
import TacitDiagnostics

/// The sound cards' inputs.
package enum Microphones {
    /// All of them, card by card.
    package static func list() -> [DeviceDescription] {
        tacit_alsa_silence()
        var found: [DeviceDescription] = []
        var card: Int32 = -1
        while snd_card_next(&card) >= 0, card >= 0 {
            var control: OpaquePointer?
            guard snd_ctl_open(&control, "hw:\(card)", 0) >= 0, let control else { continue }
            defer { snd_ctl_close(control) }
            var device: Int32 = -1
            while snd_ctl_pcm_next_device(control, &device) >= 0, device >= 0 {
                if let description = describe(control, card: card, device: device) { found.append(description) }
            }
        }
        return found
    }

    /// Nil for what doesn't capture.
    private static func describe(_ control: OpaquePointer, card: Int32, device: Int32) -> DeviceDescription? {
        var information: OpaquePointer?
        guard snd_pcm_info_malloc(&information) >= 0, let information else { return nil }
        defer { snd_pcm_info_free(information) }
        snd_pcm_info_set_device(information, UInt32(device))
        snd_pcm_info_set_subdevice(information, 0)
        snd_pcm_info_set_stream(information, SND_PCM_STREAM_CAPTURE)
        guard snd_ctl_pcm_info(control, information) >= 0 else { return nil }
        let pcm = snd_pcm_info_get_name(information).map { DeviceText.printable(String(cString: $0)) } ?? ""

        var cardInformation: OpaquePointer?
        guard snd_ctl_card_info_malloc(&cardInformation) >= 0, let cardInformation else { return nil }
        defer { snd_ctl_card_info_free(cardInformation) }
        guard snd_ctl_card_info(control, cardInformation) >= 0 else { return nil }
        let cardName = DeviceText.printable(String(cString: snd_ctl_card_info_get_name(cardInformation)))
        let cardID = String(cString: snd_ctl_card_info_get_id(cardInformation))

        // A card's id is made from its kind and, among equals, from the order in which they were found; a place isn't.
        let place = USBPath.name(of: "/sys/class/sound/card\(card)")
        let id = place.map { device == 0 ? $0 : "\($0),\(device)" } ?? "hw:CARD=\(cardID),DEV=\(device)"
        return DeviceDescription(
            kind: .microphone, name: pcm.isEmpty || pcm == cardName ? cardName : "\(cardName): \(pcm)", id: id,
            formats: formats("hw:\(card),\(device)"))
    }

    private static func formats(_ name: String) -> [String] {
        var handle: OpaquePointer?
        guard snd_pcm_open(&handle, name, SND_PCM_STREAM_CAPTURE, Int32(SND_PCM_NONBLOCK)) >= 0, let handle else {
            return []
        }
        defer { snd_pcm_close(handle) }
        return (try? Negotiation(handle).capabilities()) ?? []
    }
}

/// What a microphone answers when it is asked whether it could be listened to.
package enum MicrophoneAnswer: Equatable, Sendable {
    case usable
    /// There is none of the name, it may not be opened or is in use, by the number of an error.
    case failed(Int32)
    /// It is there, and gives nothing that can be listened to: why.
    case unusable(String)
}

extension Microphones {
    /// Opens a microphone by a name that `--device` takes, agrees with it on a format as `listen` does, and closes it
    /// again.
    package static func answer(of name: String, sampleRate: Int) -> MicrophoneAnswer {
        tacit_alsa_silence()
        guard let wanted = try? MicrophoneName(name) else { return .failed(EINVAL) }
        do {
            var handle: OpaquePointer?
            let code = snd_pcm_open(&handle, try wanted.resolve(), SND_PCM_STREAM_CAPTURE, Int32(SND_PCM_NONBLOCK))
            guard code >= 0, let handle else { return .failed(-code) }
            defer { snd_pcm_close(handle) }
            do {
                let negotiation = try Negotiation(handle)
                _ = try negotiation.agree(sampleRate: sampleRate, isFixed: false, wakeSeconds: 0)
                return .usable
            } catch let failure as ALSAFailure {
                return failure.isBusy ? .failed(EBUSY) : .unusable(failure.reason())
            } catch {
                return .unusable(TacitError.reason(of: error))
            }
        } catch {
            return .failed((error as? ALSAFailure).map { -$0.code } ?? EINVAL)
        }
    }
}
