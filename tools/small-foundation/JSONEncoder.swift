/// JSON of strings, truth values, numbers, arrays and structures of these; keys are in order, nothing is indented.
public final class JSONEncoder {
    public struct OutputFormatting: OptionSet, Sendable {
        public let rawValue: UInt

        public init(rawValue: UInt) { self.rawValue = rawValue }

        public static let prettyPrinted = OutputFormatting(rawValue: 1)
        public static let sortedKeys = OutputFormatting(rawValue: 2)
    }

    /// Taken for the sake of callers; there is one format.
    public var outputFormatting: OutputFormatting = []

    public init() {}

    public func encode<Value: Encodable>(_ value: Value) throws -> Data {
        let node = Node()
        try node.take(value)
        return Data(text: node.text)
    }
}

/// A value on its way to JSON.
private final class Node {
    var scalar = "null"
    var elements: [Node]?
    var members: [String: Node]?

    func take<Value: Encodable>(_ value: Value) throws {
        if let string = value as? String {
            scalar = quoted(string)
        } else if let plain = value as? any LosslessStringConvertible {
            // Truth values and numbers, whose description JSON shares.
            scalar = plain.description
        } else {
            try value.encode(to: NodeEncoder(node: self))
        }
    }

    var text: String {
        if let elements { return "[" + elements.map(\.text).joined(separator: ",") + "]" }
        if let members {
            let sorted = members.sorted { $0.key < $1.key }
            return "{" + sorted.map { quoted($0.key) + ":" + $0.value.text }.joined(separator: ",") + "}"
        }
        return scalar
    }
}

private func quoted(_ string: String) -> String {
    var text = "\""
    for scalar in string.unicodeScalars {
        switch scalar {
        case "\"", "\\": text += "\\\(scalar)"
        case "\n": text += "\\n"
        case ..<" ":
            let digits = String(scalar.value, radix: 16)
            text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: text.unicodeScalars.append(scalar)
        }
    }
    return text + "\""
}

private struct NodeEncoder: Encoder, SingleValueEncodingContainer {
    let node: Node
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        if node.members == nil { node.members = [:] }
        return KeyedEncodingContainer(Members(node: node))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        if node.elements == nil { node.elements = [] }
        return Elements(node: node)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    func encodeNil() {}

    func encode<Value: Encodable>(_ value: Value) throws { try node.take(value) }
}

private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let node: Node
    var codingPath: [any CodingKey] { [] }

    private func member(_ key: any CodingKey) -> Node {
        let member = Node()
        node.members?[key.stringValue] = member
        return member
    }

    func encodeNil(forKey key: Key) { _ = member(key) }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws { try member(key).take(value) }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        NodeEncoder(node: member(key)).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        NodeEncoder(node: member(key)).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { NodeEncoder(node: node) }

    func superEncoder(forKey key: Key) -> any Encoder { NodeEncoder(node: member(key)) }
}

private struct Elements: UnkeyedEncodingContainer {
    let node: Node
    var codingPath: [any CodingKey] { [] }
    var count: Int { node.elements?.count ?? 0 }

    private func element() -> Node {
        let element = Node()
        node.elements?.append(element)
        return element
    }

    func encodeNil() { _ = element() }

    func encode<Value: Encodable>(_ value: Value) throws { try element().take(value) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        NodeEncoder(node: element()).container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { NodeEncoder(node: element()).unkeyedContainer() }

    func superEncoder() -> any Encoder { NodeEncoder(node: element()) }
}
