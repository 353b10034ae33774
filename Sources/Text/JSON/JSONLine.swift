import TacitDiagnostics

/// Writes one JSON object a line into a buffer that is used again and again.
///
/// Numbers: a `Float` is the shortest decimal that reads back as the same float32 (what Swift's `description` gives;
/// it stays within a small string, so that nothing is allocated). A time is a decimal of up to nine places: at any
/// stream time it reads back as the nearest float32, and a stream of months still tells its samples apart, which
/// float32 could not; where a double has fewer places itself, from 9e9 seconds on, so has it. JSON has no word for what
/// is no number or infinite: that is `null`.
package struct JSONLine {
    package private(set) var buffer: ByteBuffer
    /// Whether a value stands before the next one in the same object or array.
    private var needsComma = false

    package var bytes: [UInt8] { buffer.bytes }

    /// - Parameter capacity: bytes up to which a line takes no more memory.
    package init(capacity: Int = 4096) { buffer = ByteBuffer(capacity: capacity) }

    /// Begins a new line.
    package mutating func begin() {
        buffer.removeAll()
        needsComma = false
        beginObject()
    }

    package mutating func end() {
        endObject()
        buffer.append(UInt8(ascii: "\n"))
    }

    package mutating func beginObject() { open(UInt8(ascii: "{")) }
    package mutating func endObject() { close(UInt8(ascii: "}")) }
    package mutating func beginArray() { open(UInt8(ascii: "[")) }
    package mutating func endArray() { close(UInt8(ascii: "]")) }

    package mutating func key(_ name: StaticString) {
        separate()
        buffer.append(UInt8(ascii: "\""))
        buffer.append(name)
        buffer.append("\":")
        needsComma = false
    }

    /// A key that is made as the program runs.
    package mutating func key(dynamic name: String) {
        string(name)
        buffer.append(UInt8(ascii: ":"))
        needsComma = false
    }

    package mutating func string(_ text: String) {
        separate()
        buffer.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): buffer.append("\\\"")
            case UInt8(ascii: "\\"): buffer.append("\\\\")
            case UInt8(ascii: "\n"): buffer.append("\\n")
            case UInt8(ascii: "\r"): buffer.append("\\r")
            case UInt8(ascii: "\t"): buffer.append("\\t")
            case 0..<0x20:
                buffer.append("\\u00")
                buffer.append(Self.hexadecimal(byte >> 4))
                buffer.append(Self.hexadecimal(byte & 15))
            default: buffer.append(byte)
            }
        }
        buffer.append(UInt8(ascii: "\""))
    }

    /// A file's name, which may be any bytes; JSON may not.
    package mutating func path(_ path: String) { string(SystemPath.printable(path)) }

    package mutating func float(_ value: Float) {
        guard value.isFinite else { return null() }
        separate()
        buffer.append(string: value.description)
    }

    package mutating func integer(_ value: Int) {
        separate()
        buffer.append(integer: value)
    }

    package mutating func bool(_ value: Bool) {
        separate()
        buffer.append(value ? "true" : "false")
    }

    package mutating func null() {
        separate()
        buffer.append("null")
    }

    /// Seconds to the nanosecond, at least one place after the point.
    package mutating func seconds(_ value: Double) { decimal(value, places: 9) }

    /// Milliseconds to the microsecond.
    package mutating func milliseconds(_ value: Double) { decimal(value, places: 3) }

    /// A wall-clock time.
    package mutating func time(_ time: WallTime) { quoted { time.write(to: &$0) } }

    /// A string of what `body` appends, which must need no escaping.
    package mutating func quoted(_ body: (inout ByteBuffer) -> Void) {
        separate()
        buffer.append(UInt8(ascii: "\""))
        body(&buffer)
        buffer.append(UInt8(ascii: "\""))
    }

    package mutating func floats(_ values: UnsafeBufferPointer<Float>) {
        beginArray()
        for value in values { float(value) }
        endArray()
    }

    /// JSON text that is known to be well formed.
    package mutating func verbatim(_ text: String) {
        separate()
        buffer.append(string: text)
    }

    private mutating func decimal(_ value: Double, places: Int) {
        guard value.isFinite, value.magnitude < 8e17 else { return null() }
        separate()
        buffer.append(value, places: places)
        while buffer.bytes.count > 2, buffer.bytes[buffer.bytes.count - 1] == UInt8(ascii: "0"),
            buffer.bytes[buffer.bytes.count - 2] != UInt8(ascii: ".")
        {
            buffer.removeLast()
        }
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        buffer.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        buffer.append(bracket)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { buffer.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }
}

/// A key and its value at once.
extension JSONLine {
    package mutating func beginObject(_ name: StaticString) {
        key(name)
        beginObject()
    }

    package mutating func beginArray(_ name: StaticString) {
        key(name)
        beginArray()
    }

    package mutating func string(_ name: StaticString, _ text: String) {
        key(name)
        string(text)
    }

    package mutating func path(_ name: StaticString, _ path: String) {
        key(name)
        self.path(path)
    }

    /// nil is `null`.
    package mutating func float(_ name: StaticString, _ value: Float?) {
        key(name)
        if let value { float(value) } else { null() }
    }

    /// nil is `null`.
    package mutating func integer(_ name: StaticString, _ value: Int?) {
        key(name)
        if let value { integer(value) } else { null() }
    }

    package mutating func bool(_ name: StaticString, _ value: Bool) {
        key(name)
        bool(value)
    }

    package mutating func null(_ name: StaticString) {
        key(name)
        null()
    }

    package mutating func seconds(_ name: StaticString, _ value: Double) {
        key(name)
        seconds(value)
    }

    /// nil is `null`.
    package mutating func milliseconds(_ name: StaticString, _ value: Double?) {
        key(name)
        if let value { milliseconds(value) } else { null() }
    }

    package mutating func time(_ name: StaticString, _ time: WallTime) {
        key(name)
        self.time(time)
    }

    package mutating func quoted(_ name: StaticString, _ body: (inout ByteBuffer) -> Void) {
        key(name)
        quoted(body)
    }

    package mutating func floats(_ name: StaticString, _ values: UnsafeBufferPointer<Float>) {
        key(name)
        floats(values)
    }

    package mutating func verbatim(_ name: StaticString, _ text: String) {
        key(name)
        verbatim(text)
    }
}
