/// Where a PNG, WebP or GIF ends, by what its parts say of their lengths (PNG specification, section 5; WebP container
/// specification, RIFF header; GIF89a specification, appendix B). It goes on where it was when more bytes are there.
struct StillExtent {
    private enum Part {
        case head
        /// A PNG's chunk.
        case chunk
        /// A GIF's block, and the pieces of one's data.
        case block, piece
        case end
    }

    private var part = Part.head
    private var place = 0

    /// The index behind the last byte, or nil while that can't be told: of what is damaged, never.
    mutating func end(of bytes: [UInt8]) -> Int? {
        while step(bytes) {}
        return part == .end ? place : nil
    }

    /// Whether there was a part to go past.
    private mutating func step(_ bytes: [UInt8]) -> Bool {
        switch part {
        case .head: return head(bytes)
        case .chunk:
            guard place + 8 <= bytes.count else { return false }
            let length = bytes[place..<place + 4].bigEndianNumber
            if bytes[place + 4..<place + 8].elementsEqual("IEND".utf8) { part = .end }
            place += 12 + length
        case .block:
            guard place + 10 <= bytes.count || place < bytes.count && bytes[place] != 0x2c else { return false }
            switch bytes[place] {
            case 0x21:
                place += 2
                part = .piece
            case 0x2c:
                place += 11 + Self.table(bytes[place + 9])
                part = .piece
            case 0x3b:
                place += 1
                part = .end
            default: return false
            }
        case .piece:
            guard place < bytes.count else { return false }
            let length = Int(bytes[place])
            place += 1 + length
            if length == 0 { part = .block }
        case .end: return false
        }
        return true
    }

    private mutating func head(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= 13 else { return false }
        switch bytes[0] {
        case 0x89: (place, part) = (8, .chunk)
        case UInt8(ascii: "R"):
            let length = bytes[4..<8].littleEndianNumber
            (place, part) = (8 + length + length % 2, .end)
        default: (place, part) = (13 + Self.table(bytes[10]), .block)
        }
        return true
    }

    /// Bytes of the colours that a GIF's flags tell of.
    private static func table(_ flags: UInt8) -> Int { flags & 0x80 == 0 ? 0 : 3 << (Int(flags & 7) + 1) }
}
