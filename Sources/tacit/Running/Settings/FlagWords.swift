import TacitSettings

/// What the command line's parser says, for a file in which flags are keys.
struct FlagWords {
    /// The flags that are named, without their dashes, in their order.
    private(set) var names: [String] = []
    /// The same words without dashes in front of flags.
    private(set) var plain = ""

    /// - Parameters:
    ///   - words: of the parser.
    ///   - quoted: texts of the file that may stand in them: what looks like a flag there is none.
    init(_ words: String, quoted: [String] = []) {
        // One that begins as a flag does can't be told from it.
        let quoted = quoted.filter { $0.contains("--") && !$0.hasPrefix("-") }.map { Array($0.utf8) }
            .sorted { $0.count > $1.count }
        let all = Array(words.utf8)
        var bytes: [UInt8] = []
        var index = 0
        while index < all.count {
            if let text = quoted.first(where: { all[index...].starts(with: $0) }) {
                bytes += text
                index += text.count
                continue
            }
            let dashes = all[index...].prefix { $0 == UInt8(ascii: "-") }.count
            let name = all[(index + dashes)...].prefix { Self.isLetter($0) || $0 == UInt8(ascii: "-") }
            if dashes == 2, let first = name.first, Self.isLetter(first) {
                names.append(String(decoding: name, as: UTF8.self))
                bytes += name
                index += dashes + name.count
            } else {
                bytes += all[index..<index + max(1, dashes)]
                index += max(1, dashes)
            }
        }
        plain = String(decoding: bytes, as: UTF8.self)
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }

    /// The key that is meant: of the first flag that is one.
    func named(among entries: [Settings.Entry]) -> Settings.Entry? {
        names.lazy.compactMap { name in entries.first { $0.name == name } }.first
    }
}
