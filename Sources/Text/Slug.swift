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

    /// One for each text, no two of them equal: of those that would be, the second gets `_2`, and so on.
    package static func distinct(_ texts: [String]) -> [String] {
        var used: Set<String> = []
        var numbers: [String: Int] = [:]
        return texts.map { text in
            let plain = make(text)
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
