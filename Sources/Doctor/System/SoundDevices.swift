import TacitDevices

/// The sound cards' inputs, as the kernel lists them.
struct SoundDevices {
    /// An input of a card.
    struct Input: Equatable {
        let card: Int
        let device: Int
        /// The card's id, and the name of its driver.
        let cardID: String
        let driver: String

        var node: String { "/dev/snd/pcmC\(card)D\(device)c" }
        var name: String { "hw:CARD=\(cardID),DEV=\(device)" }
    }

    /// Whether the kernel knows of sound at all, and how many cards it has.
    let cards: Int
    let inputs: [Input]

    init(_ system: System) {
        // ` 1 [Device         ]: USB-Audio - USB Audio Device`; a second line goes with each.
        var known: [Int: (id: String, driver: String)] = [:]
        for line in system.lines("/proc/asound/cards") {
            guard let open = line.firstIndex(of: "["), let close = line[open...].firstIndex(of: "]"),
                let number = Int(line[..<open].filter { $0 != " " })
            else { continue }
            let behind = line[line.index(after: close)...].drop { $0 == ":" || $0 == " " }
            known[number] = (
                line[line.index(after: open)..<close].filter { $0 != " " },
                behind.split(separator: " ").first.map(String.init) ?? ""
            )
        }
        cards = known.count
        // `01-00: USB Audio : USB Audio : playback 1 : capture 1`
        inputs = system.lines("/proc/asound/pcm").compactMap { line in
            let parts = line.split(separator: ":")
            guard let place = parts.first?.split(separator: "-"), place.count == 2, let card = Int(place[0]),
                let device = Int(place[1]), let own = known[card],
                parts.dropFirst().contains(where: { $0.drop { $0 == " " }.hasPrefix("capture") })
            else { return nil }
            return Input(card: card, device: device, cardID: own.id, driver: own.driver)
        }
    }

    /// The input that a name of `--device` means; nil where only ALSA's configuration knows.
    func input(named name: String, _ system: System) -> Input? {
        if name.hasPrefix("usb-") {
            let parts = name.split(separator: ",", maxSplits: 1)
            let device = parts.count > 1 ? Int(parts[1]) : 0
            return inputs.first {
                USBPath.name(of: system.path("/sys/class/sound/card\($0.card)")) == String(parts[0])
                    && $0.device == device
            }
        }
        for prefix in ["hw:", "plughw:"] where name.hasPrefix(prefix) {
            let words = name.dropFirst(prefix.count).split(separator: ",").map { word in
                word.split(separator: "=").last.map(String.init) ?? ""
            }
            guard let card = words.first else { return nil }
            let device = words.count > 1 ? Int(words[1]) : 0
            return inputs.first { ($0.cardID == card || Int(card) == $0.card) && $0.device == device }
        }
        return inputs.first { $0.cardID == name || Int(name) == $0.card }
    }

    /// Whether a name says which card it means, so that one that is not listed is not there.
    static func namesCard(_ name: String) -> Bool {
        name.hasPrefix("usb-") || name.hasPrefix("hw:") || name.hasPrefix("plughw:")
    }
}
