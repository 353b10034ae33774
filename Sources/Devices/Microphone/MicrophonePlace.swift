import CTacitALSA

/// The card, and the card's device, that a name of ALSA's leads to, where the name says so.
package struct MicrophonePlace: Equatable, Sendable {
    package var card: Int?
    package var device: Int?

    /// - Parameter name: as ALSA is given it: `hw:1,0`, `plughw:CARD=PCH,DEV=0`, `default`.
    package init(_ name: String) {
        guard let colon = name.firstIndex(of: ":") else { return }
        let kind = name[..<colon]
        for (index, part) in name[name.index(after: colon)...].split(separator: ",").enumerated() {
            if part.hasPrefix("CARD=") {
                card = Self.number(ofCard: String(part.dropFirst(5)))
            } else if part.hasPrefix("DEV=") {
                device = Int(part.dropFirst(4))
            } else if index == 0 {
                card = Self.number(ofCard: String(part))
            } else if index == 1 {
                device = Int(part)
            }
        }
        // These have none but the first, where the name says no other.
        if kind == "hw" || kind == "plughw" { device = device ?? 0 }
    }

    private static func number(ofCard text: String) -> Int? {
        if let number = Int(text) { return number }
        let number = snd_card_get_index(text)
        return number >= 0 ? Int(number) : nil
    }
}
