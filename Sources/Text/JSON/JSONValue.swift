/// A JSON document (RFC 8259, and what Python's `json` writes beyond it). Objects keep the order of their members, since in
/// an adapter's patterns the first match counts; numbers keep their text, so that no digit is lost on the way.
package enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    /// As it stands in the file; also NaN, Infinity and -Infinity, which Python writes.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([JSONMember])

    /// The kind of value, in words.
    package var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// Whether it says nothing: null, false, an empty array, object or string.
    package var isEmpty: Bool {
        switch self {
        case .null, .bool(false): true
        case .bool, .number: false
        case .string(let text): text.isEmpty
        case .array(let elements): elements.isEmpty
        case .object(let members): members.isEmpty
        }
    }

    package static func integer(_ value: Int) -> JSONValue { .number(String(value)) }
    package static func double(_ value: Double) -> JSONValue { value.isFinite ? .number(value.description) : .null }
}

package struct JSONMember: Equatable, Sendable {
    package let key: String
    package let value: JSONValue

    package init(_ key: String, _ value: JSONValue) {
        self.key = key
        self.value = value
    }
}
