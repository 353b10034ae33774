import TacitDiagnostics
import TacitText

/// A clip's file, as events name it: when it began, what it is of and which event's it is. Names sort by time, are made
/// of nothing but letters, digits, `-`, `_` and `.`, and no two are equal.
package struct ClipName: Equatable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        case sound = ".flac"
        case picture = ".jpg"
    }

    private let wall: WallTime
    private let slug: String
    private let id: EventID
    package let kind: Kind

    /// - Parameters:
    ///   - event: that it is of.
    ///   - slug: its label's.
    ///   - kind: of file.
    package init(of event: LiveEvent, slug: String, kind: Kind) {
        wall = event.wall
        id = event.id
        self.slug = slug
        self.kind = kind
    }

    /// `20260131T235959.123Z-dog-9f3ac2d1-17.flac`. Allocates nothing where there is room.
    package func write(to buffer: inout ByteBuffer) {
        wall.writeBasic(to: &buffer)
        buffer.append(UInt8(ascii: "-"))
        buffer.append(string: slug)
        buffer.append(UInt8(ascii: "-"))
        id.writeShort(to: &buffer)
        buffer.append(string: kind.rawValue)
    }

    /// What all files of one clip have in common, `20260131T235959.123Z-dog-9f3ac2d1-17`, read from the name of any.
    package struct Stem: Equatable, Sendable {
        package let text: String
        /// The event's count, where the event is this program's own.
        package let ownNumber: UInt64?

        /// - Parameter text: a file's name without its suffix; nil for what `write` never makes.
        package init?(_ text: String) {
            let fields = text.split(separator: "-", omittingEmptySubsequences: false)
            guard fields.count >= 4, WallTime.isBasic(fields[0].utf8) else { return nil }
            let (random, number) = (fields[fields.count - 2], fields[fields.count - 1])
            guard random.utf8.count == 8, random.utf8.allSatisfy(\.isASCIIHexadecimalDigit),
                !number.isEmpty, number.utf8.allSatisfy(\.isASCIIDigit)
            else { return nil }
            self.text = text
            ownNumber = UInt32(random, radix: 16) == EventID.ownRandom ? UInt64(number) : nil
        }
    }

    package static func == (one: ClipName, other: ClipName) -> Bool { one.id == other.id && one.kind == other.kind }

    package var text: String {
        var buffer = ByteBuffer(capacity: 128)
        write(to: &buffer)
        return String(decoding: buffer.bytes, as: UTF8.self)
    }
}
