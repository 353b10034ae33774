import Glibc
import Synchronization
import TacitText

/// A name that no other event has, on this machine or any other: when the program began, in milliseconds since 1970, a
/// random number of its own, and a count. In the order of the events, as text as well but for the count.
package struct EventID: Equatable, Hashable, Sendable, CustomStringConvertible {
    package let begun: UInt64
    package let random: UInt32
    package let number: UInt64

    private static let program: (begun: UInt64, random: UInt32) = (
        UInt64(max(0, WallTime.now().milliseconds)), UInt32.random(in: .min ... .max)
    )
    private static let count = Atomic<UInt64>(0)

    /// The random number of all of this program's.
    package static var ownRandom: UInt32 { program.random }

    package init(begun: UInt64, random: UInt32, number: UInt64) {
        self.begun = begun
        self.random = random
        self.number = number
    }

    /// From text as `write` makes it; nil for any other.
    package init?(_ text: String) {
        let fields = text.split(separator: "-", omittingEmptySubsequences: false)
        guard fields.count == 3, let begun = UInt64(fields[0], radix: 16), let random = UInt32(fields[1], radix: 16),
            let number = UInt64(fields[2])
        else { return nil }
        self.init(begun: begun, random: random, number: number)
        guard description == text else { return nil }
    }

    /// The next event's, from any thread. Allocates nothing.
    package static func next() -> EventID {
        EventID(
            begun: program.begun, random: program.random,
            number: count.wrappingAdd(1, ordering: .relaxed).newValue)
    }

    /// `0193a5c8e4f1-9f3ac2d1-17`: the first two in hexadecimal, the count from 1 in decimal.
    package func write(to buffer: inout ByteBuffer) {
        buffer.append(hexadecimal: begun, digits: 12)
        buffer.append(UInt8(ascii: "-"))
        writeShort(to: &buffer)
    }

    /// Without when the program began, for where another time stands in front: `9f3ac2d1-17`.
    package func writeShort(to buffer: inout ByteBuffer) {
        buffer.append(hexadecimal: UInt64(random), digits: 8)
        buffer.append(UInt8(ascii: "-"))
        buffer.append(integer: Int(truncatingIfNeeded: number))
    }

    package var description: String {
        var buffer = ByteBuffer(capacity: 64)
        write(to: &buffer)
        return String(decoding: buffer.bytes, as: UTF8.self)
    }
}
