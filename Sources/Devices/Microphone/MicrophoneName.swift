import CTacitALSA
import Glibc
import TacitDiagnostics

/// A microphone as it may be named: any PCM that ALSA's configuration knows (`default`, `hw:1,0`, `plughw:CARD=PCH`),
/// a card's id (`PCH`), or where it is plugged in (`usb-0000:00:14.0-1.2`, and `,D` for a card's device D).
struct MicrophoneName: Sendable {
    let text: String

    /// - Throws: `TacitError` (usage) for what can't be a name.
    init(_ text: String) throws {
        guard !text.isEmpty, text.utf8.count <= 256, text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
            throw TacitError(
                .usage, file: text.isEmpty ? nil : text, "a device's name is 1 to 256 characters without spaces")
        }
        self.text = text
    }

    /// What ALSA is to open now.
    ///
    /// - Throws: `ALSAFailure` when there is nothing at that place.
    func resolve() throws -> String {
        if text.hasPrefix("usb-") {
            let parts = text.split(separator: ",", maxSplits: 1)
            var card: Int32 = -1
            while snd_card_next(&card) >= 0, card >= 0 {
                guard USBPath.name(of: "/sys/class/sound/card\(card)") == String(parts[0]) else { continue }
                return "hw:\(card),\(parts.count > 1 ? String(parts[1]) : "0")"
            }
            throw ALSAFailure(code: -ENODEV)
        }
        return snd_card_get_index(text) >= 0 ? "hw:CARD=\(text)" : text
    }
}
