import TacitDiagnostics

/// A line for people, where there is no terminal to draw on.
package struct PlainLine {
    private var buffer: ByteBuffer

    package var bytes: [UInt8] { buffer.bytes }

    /// - Parameter capacity: bytes up to which a line takes no more memory.
    package init(capacity: Int = 4096) { buffer = ByteBuffer(capacity: capacity) }

    package mutating func begin() { buffer.removeAll() }
    package mutating func end() { buffer.append(UInt8(ascii: "\n")) }
    package mutating func literal(_ text: StaticString) { buffer.append(text) }

    /// Text from outside; what would spoil the line, which names from a file may hold, becomes question marks.
    package mutating func text(_ text: String) {
        for scalar in SystemPath.printable(text).unicodeScalars {
            if scalar.spoilsLine {
                buffer.append(UInt8(ascii: "?"))
            } else {
                for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { buffer.append(byte) }
            }
        }
    }

    package mutating func integer(_ value: Int) { buffer.append(integer: value) }
    /// `-` for what is no number.
    package mutating func decimal(_ value: Double, places: Int) {
        if value.isFinite { buffer.append(value, places: places) } else { buffer.append("-") }
    }
    package mutating func float(_ value: Float) { buffer.append(string: value.description) }

    /// `0.000-5.000 s`
    package mutating func span(_ span: (start: Double, end: Double)) {
        decimal(span.start, places: 3)
        literal("-")
        decimal(span.end, places: 3)
        literal(" s")
    }
}
