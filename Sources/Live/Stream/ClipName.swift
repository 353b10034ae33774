import TacitText

/// A clip's file, as events name it: when it began, what it is of and which event's it is. Names sort by time, are made of
/// nothing but letters, digits, `-`, `_` and `.`, and no two are equal.
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

    package static func == (one: ClipName, other: ClipName) -> Bool { one.id == other.id && one.kind == other.kind }

    package var text: String {
        var buffer = ByteBuffer(capacity: 128)
        write(to: &buffer)
        return String(decoding: buffer.bytes, as: UTF8.self)
    }
}
