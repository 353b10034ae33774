/// Names from anywhere made safe for topics, entities and files: `a`-`z`, `0`-`9`, `_` and `-`, never empty.
package enum Slug {
    /// Letters become small; whatever else there is between what may stay becomes one `_`.
    ///
    /// - Parameters:
    ///   - text: any text.
    ///   - longest: bytes that are kept, a suffix not counted.
    package static func make(_ text: String, longest: Int = 64) -> String {
        var bytes: [UInt8] = []
        var isApart = false
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                UInt8(ascii: "_"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
                if isApart, !bytes.isEmpty { bytes.append(UInt8(ascii: "_")) }
                isApart = false
                let isCapital = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                bytes.append(isCapital ? byte + 32 : byte)
            default: isApart = true
            }
            if bytes.count >= longest { break }
        }
        return bytes.isEmpty ? "unnamed" : String(decoding: bytes, as: UTF8.self)
    }

    /// The number of a text: FNV-1a, 32 bits (Fowler, Noll, Vo), in hexadecimal. It keeps apart what is not meant to clash.
    package static func number(of text: String) -> String {
        let hash = text.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// What a text is among others. Of one without a letter from a to z too little is left: it has its number, so that
    /// what it is depends on it alone.
    private static func own(_ text: String) -> String {
        let plain = make(text)
        let hasLetters = text.utf8.contains { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20) }
        let isLost = plain == "unnamed" || text.utf8.contains { $0 >= 0x80 }
        return isLost && !hasLetters ? "\(plain)_\(number(of: text))" : plain
    }

    /// One for each text, no two of them equal: of those that would be, one that lost signs gets its number, and others
    /// `_2` and so on.
    package static func distinct(_ texts: [String]) -> [String] {
        var used: Set<String> = []
        var numbers: [String: Int] = [:]
        return texts.map { text in
            var plain = own(text)
            if used.contains(plain), plain != text, !plain.hasSuffix(number(of: text)) {
                plain += "_\(number(of: text))"
            }
            var slug = plain
            var number = numbers[plain] ?? 1
            while !used.insert(slug).inserted {
                number += 1
                slug = "\(plain)_\(number)"
            }
            numbers[plain] = number
            return slug
        }
    }
}
