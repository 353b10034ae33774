/// Reads the PNG, WebP and GIF pictures that a stream begins with, each up to its own end, so that it can be shown before
/// the next one comes.
struct StillPictures {
    enum Next {
        /// One picture's bytes, all that there are of it.
        case picture(ArraySlice<UInt8>)
        /// What follows is none: what has been read of it.
        case other(ArraySlice<UInt8>)
        case tooLong
    }

    /// Read and not given out yet.
    private var bytes: [UInt8] = []

    /// - Throws: `TacitError` as the stream does.
    mutating func next(_ stream: ByteStream) throws -> Next {
        while bytes.count < PictureDecoder.stillHead {
            guard try readMore(stream) else { return .other(bytes[...]) }
        }
        guard bytes.withUnsafeBytes({ PictureDecoder.isStill($0) }) else { return .other(bytes[...]) }
        var extent = StillExtent()
        while true {
            if let end = extent.end(of: bytes), end <= bytes.count {
                let picture = bytes[..<end]
                bytes = Array(bytes[end...])
                return .picture(picture)
            }
            guard bytes.count <= PictureFileReader.maximumBytes else { return .tooLong }
            guard try readMore(stream) else {
                defer { bytes = [] }
                return .picture(bytes[...])
            }
        }
    }

    private mutating func readMore(_ stream: ByteStream) throws -> Bool {
        try withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { piece in
            guard let base = piece.baseAddress else { return false }
            let received = try stream.read(into: base, count: piece.count)
            bytes.append(contentsOf: UnsafeRawBufferPointer(start: base, count: received))
            return received > 0
        }
    }
}

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
            let length = bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
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
            let length = bytes[4..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
            (place, part) = (8 + length + length % 2, .end)
        default: (place, part) = (13 + Self.table(bytes[10]), .block)
        }
        return true
    }

    /// Bytes of the colours that a GIF's flags tell of.
    private static func table(_ flags: UInt8) -> Int { flags & 0x80 == 0 ? 0 : 3 << (Int(flags & 7) + 1) }
}
