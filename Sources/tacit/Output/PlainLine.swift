import Diagnostics

/// A line for people, where there is no terminal to draw on.
struct PlainLine {
    private var buffer: ByteBuffer

    var bytes: [UInt8] { buffer.bytes }

    /// - Parameter capacity: bytes up to which a line takes no more memory.
    init(capacity: Int = 4096) { buffer = ByteBuffer(capacity: capacity) }

    mutating func begin() { buffer.removeAll() }
    mutating func end() { buffer.append(UInt8(ascii: "\n")) }
    mutating func literal(_ text: StaticString) { buffer.append(text) }

    /// Text from outside; control characters, which names from a file may hold, become question marks.
    mutating func text(_ text: String) {
        for scalar in SystemPath.printable(text).unicodeScalars {
            if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) {
                buffer.append(UInt8(ascii: "?"))
            } else {
                for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { buffer.append(byte) }
            }
        }
    }

    mutating func integer(_ value: Int) { buffer.append(integer: value) }
    /// `-` for what is no number.
    mutating func decimal(_ value: Double, places: Int) {
        if value.isFinite { buffer.append(value, places: places) } else { buffer.append("-") }
    }
    mutating func float(_ value: Float) { buffer.append(string: value.description) }

    /// `dog 0.931  cow 0.020`; `-` where there is nothing to show.
    mutating func labels(_ ranking: Ranking, names: [String], scores: UnsafeBufferPointer<Float>) {
        if ranking.order.isEmpty { literal("-") }
        for (place, index) in ranking.order.enumerated() {
            if place > 0 { literal("  ") }
            text(names[index])
            literal(" ")
            decimal(Double(scores[index]), places: 3)
        }
    }

    /// `0.000-5.000 s`
    mutating func span(_ span: (start: Double, end: Double)) {
        decimal(span.start, places: 3)
        literal("-")
        decimal(span.end, places: 3)
        literal(" s")
    }
}
