import TacitSettings

/// What the command line's parser says, for a file in which flags are keys.
struct FlagWords {
    /// The flags that are named, without their dashes, in their order.
    private(set) var names: [String] = []
    /// The same words without dashes in front of flags.
    private(set) var plain = ""

    init(_ words: String) {
        var bytes: [UInt8] = []
        var name: [UInt8]?
        var dashes = 0
        for byte in Array(words.utf8) + [0] {
            let isDash = byte == UInt8(ascii: "-")
            let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            if name != nil {
                if isLetter || isDash {
                    name?.append(byte)
                } else {
                    names.append(String(decoding: name ?? [], as: UTF8.self))
                    name = nil
                }
            } else if isDash {
                dashes += 1
                continue
            } else if dashes == 2, isLetter {
                name = [byte]
            } else {
                bytes += Array(repeating: UInt8(ascii: "-"), count: dashes)
            }
            dashes = 0
            if byte != 0 { bytes.append(byte) }
        }
        plain = String(decoding: bytes, as: UTF8.self)
    }

    /// The key that is meant: of the first flag that is one.
    func named(among entries: [Settings.Entry]) -> Settings.Entry? {
        names.lazy.compactMap { name in entries.first { $0.name == name } }.first
    }
}
