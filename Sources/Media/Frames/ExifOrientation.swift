import CTacitWebP

/// Finds the orientation in a picture file's EXIF block (a TIFF header and its first directory). What is broken or
/// absent there is no reason to refuse a picture: it is upright.
package enum ExifOrientation {
    private static let tag = 0x0112
    /// "Exif", and two zeros.
    private static let mark: [UInt8] = [0x45, 0x78, 0x69, 0x66, 0, 0]

    package static func ofJPEG(_ bytes: UnsafeRawBufferPointer) -> Orientation {
        var position = 2
        while position + 4 <= bytes.count, bytes[position] == 0xff {
            let marker = bytes[position + 1]
            if marker == 0xff {
                position += 1
                continue
            }
            // The picture itself begins, or a marker without a length.
            guard marker != 0xda, marker != 0xd9, !(0xd0...0xd8).contains(marker), marker != 0x01 else { break }
            let length = bytes[position + 2..<position + 4].bigEndianNumber
            guard length >= 2, position + 2 + length <= bytes.count else { break }
            let body = UnsafeRawBufferPointer(rebasing: bytes[position + 4..<position + 2 + length])
            if marker == 0xe1, body.starts(with: mark) { return inTIFF(body) }
            position += 2 + length
        }
        return .upright
    }

    package static func ofPNG(_ bytes: UnsafeRawBufferPointer) -> Orientation {
        var position = 8
        while position + 12 <= bytes.count {
            let length = bytes[position..<position + 4].bigEndianNumber
            guard length <= bytes.count - position - 12 else { break }
            let body = UnsafeRawBufferPointer(rebasing: bytes[position + 8..<position + 8 + length])
            if bytes[position + 4..<position + 8].elementsEqual([0x65, 0x58, 0x49, 0x66]) { return inTIFF(body) }
            position += 12 + length
        }
        return .upright
    }

    package static func ofWebP(_ bytes: UnsafeRawBufferPointer) -> Orientation {
        var length = 0
        let base = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
        guard let found = tacit_webp_chunk(base, bytes.count, 12, "EXIF", &length) else { return .upright }
        return inTIFF(UnsafeRawBufferPointer(start: found, count: length))
    }

    /// - Parameter block: which some programs begin in PNG and WebP as well with what has to be in front of it in JPEG.
    private static func inTIFF(_ block: UnsafeRawBufferPointer) -> Orientation {
        let bytes = block.starts(with: mark) ? UnsafeRawBufferPointer(rebasing: block[mark.count...]) : block
        guard bytes.count >= 8 else { return .upright }
        let isLittle: Bool
        switch (bytes[0], bytes[1]) {
        case (0x49, 0x49): isLittle = true
        case (0x4d, 0x4d): isLittle = false
        default: return .upright
        }
        func number(_ position: Int, bytes count: Int) -> Int? {
            guard position >= 0, position <= bytes.count - count else { return nil }
            return (0..<count).reduce(0) {
                $0 << 8 | Int(bytes[isLittle ? position + count - 1 - $1 : position + $1])
            }
        }
        guard number(2, bytes: 2) == 42, let directory = number(4, bytes: 4),
            let entries = number(directory, bytes: 2)
        else { return .upright }
        for index in 0..<entries {
            let entry = directory + 2 + 12 * index
            guard let found = number(entry, bytes: 2) else { break }
            guard found == tag else { continue }
            // A short by the standard; some programs write a byte or a long, or one with a sign.
            guard let type = number(entry + 2, bytes: 2), let size = [1: 1, 3: 2, 4: 4, 6: 1, 8: 2, 9: 4][type],
                let value = number(entry + 8, bytes: size)
            else { break }
            return UInt16(exactly: value).flatMap(Orientation.init(rawValue:)) ?? .upright
        }
        return .upright
    }
}
