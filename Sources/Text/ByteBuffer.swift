import TacitDiagnostics

/// Bytes of one line or one screen on their way out. Cleared and filled again without giving up its memory, so that
/// nothing is allocated once the longest line has been seen.
package struct ByteBuffer {
    package private(set) var bytes: [UInt8] = []

    package init(capacity: Int = 4096) { bytes.reserveCapacity(capacity) }

    package var isEmpty: Bool { bytes.isEmpty }

    package mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    package mutating func append(_ byte: UInt8) { bytes.append(byte) }

    package mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    package mutating func append(_ more: ArraySlice<UInt8>) { bytes.append(contentsOf: more) }

    package mutating func append(string text: String) { bytes.append(contentsOf: text.utf8) }

    package mutating func append(integer value: Int) {
        var magnitude = value.magnitude
        if value < 0 { append(UInt8(ascii: "-")) }
        var divisor: UInt = 1
        while magnitude / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: magnitude / divisor))
            magnitude %= divisor
            divisor /= 10
        }
    }

    /// A number that isn't negative, in at least `width` digits with leading zeros.
    package mutating func append(_ value: Int, digits width: Int) {
        var threshold = 10
        for _ in 1..<max(width, 1) {
            if value < threshold { append(UInt8(ascii: "0")) }
            threshold *= 10
        }
        append(integer: value)
    }

    /// A number in at least `width` hexadecimal digits.
    package mutating func append(hexadecimal value: UInt64, digits width: Int) {
        var digits = max(width, 1)
        while digits < 16, value >> (4 * UInt64(digits)) != 0 { digits += 1 }
        for place in (0..<digits).reversed() {
            let digit = UInt8(truncatingIfNeeded: value >> (4 * UInt64(place)) & 15)
            append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }

    /// A decimal with `places` digits after the point, rounded to nearest. Magnitudes of about `9e18 / 10^places`
    /// and more, which have no more digits to tell, get fewer of them, but one where there was any. Magnitudes of about
    /// 9e17 and more, and what is no number, are written as 0: no time or level that a program can measure gets there.
    package mutating func append(_ value: Double, places: Int) {
        var places = places
        while places > 1, value.magnitude >= Self.limit(places: places) { places -= 1 }
        var scale = 1
        for _ in 0..<places { scale *= 10 }
        let scaled = (value * Double(scale)).rounded()
        guard scaled.magnitude < 9.1e18 else { return append(0, places: places) }
        let whole = Int(scaled.magnitude)
        if scaled < 0 { append(UInt8(ascii: "-")) }
        append(integer: whole / scale)
        guard places > 0 else { return }
        append(UInt8(ascii: "."))
        append(whole % scale, digits: places)
    }

    /// A magnitude that has at most 18 digits with so many of them after the point.
    private static func limit(places: Int) -> Double {
        var limit = 9e17
        for _ in 1..<max(places, 1) { limit /= 10 }
        return limit
    }

    package mutating func removeLast() { bytes.removeLast() }

    /// What would spoil a line (`Unicode.Scalar.spoilsLine`), and what is no UTF-8, becomes a question mark each.
    package mutating func keepToOneLine() {
        var end = 0
        var place = 0
        while place < bytes.count {
            let (scalar, size) = decoded(at: place)
            if let scalar, !scalar.spoilsLine {
                for offset in 0..<size { bytes[end + offset] = bytes[place + offset] }
                end += size
            } else {
                bytes[end] = UInt8(ascii: "?")
                end += 1
            }
            place += size
        }
        bytes.removeLast(bytes.count - end)
    }

    /// What stands at a place, and how many bytes it takes there; nil for a byte that begins no UTF-8.
    private func decoded(at place: Int) -> (scalar: Unicode.Scalar?, size: Int) {
        let first = bytes[place]
        let size =
            switch first {
            case 0xc2...0xdf: 2
            case 0xe0...0xef: 3
            case 0xf0...0xf4: 4
            default: 1
            }
        guard size > 1 else { return (first < 0x80 ? Unicode.Scalar(first) : nil, 1) }
        guard place + size <= bytes.count else { return (nil, 1) }
        var value = UInt32(first) & (0x7f >> UInt32(size))
        for offset in 1..<size {
            let byte = bytes[place + offset]
            guard byte & 0xc0 == 0x80 else { return (nil, 1) }
            value = value << 6 | UInt32(byte & 0x3f)
        }
        return (Unicode.Scalar(value), size)
    }
}
