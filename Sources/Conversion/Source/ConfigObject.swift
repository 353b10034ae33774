import TacitDiagnostics
import TacitText

/// An object of a configuration file, read by key with the type that is expected there. Errors name file and key.
struct ConfigObject {
    let file: String
    /// Keys that lead to this object, with a final dot; empty for the document.
    private let place: String
    let members: [JSONMember]
    /// What keys are called where the object was translated from something else, by all keys that lead to a value.
    private let sourceKeys: [String: String]

    /// - Throws: `TacitError` of kind `badData` if the document is not JSON or no object.
    init(file: String, bytes: [UInt8]) throws {
        let value: JSONValue
        do {
            value = try JSONParser.parse(bytes, numbers: .python)
        } catch let error as TacitError {
            throw error.inFile(file)
        }
        guard case .object(let members) = value else { throw TacitError.badData(file, "expected an object") }
        self.init(file: file, place: "", members: members)
    }

    /// - Parameters:
    ///   - place: keys that lead to this object, with a final dot.
    ///   - sourceKeys: other names of keys, for errors, by all keys that lead to a value.
    init(file: String, place: String = "", members: [JSONMember], sourceKeys: [String: String] = [:]) {
        self.file = file
        self.place = place
        self.members = members
        self.sourceKeys = sourceKeys
    }

    /// The same with other members.
    private func with(_ members: [JSONMember]) -> ConfigObject {
        ConfigObject(file: file, place: place, members: members, sourceKeys: sourceKeys)
    }

    var keys: [String] { members.map(\.key) }

    /// A value that is there and not null.
    subscript(key: String) -> JSONValue? {
        guard let value = members.first(where: { $0.key == key })?.value, value != .null else { return nil }
        return value
    }

    /// Whether the key is there, whatever it has.
    func has(_ key: String) -> Bool { members.contains { $0.key == key } }

    /// The same with other names' values under their own: transformers reads either.
    ///
    /// - Parameter aliases: own names by other names.
    /// - Throws: `TacitError` of kind `badData` where both are there and differ.
    func renaming(_ aliases: [String: String]) throws -> ConfigObject {
        var members = members
        for (alias, name) in aliases.sorted(by: { $0.key < $1.key }) {
            guard let value = self[alias] else { continue }
            if let own = self[name], own != value {
                throw fault(alias, "\(value.text), but \(name), which means the same, is \(own.text)")
            }
            members.removeAll { $0.key == name }
            members.append(JSONMember(name, value))
        }
        return with(members)
    }

    /// The same, with what another has besides.
    func adding(_ other: ConfigObject) -> ConfigObject {
        with(members + other.members.filter { !has($0.key) })
    }

    func fault(_ key: String, _ reason: String) -> TacitError {
        TacitError.badData(file, at: sourceKeys[place + key] ?? place + key, reason)
    }

    /// Refuses members that are not among `known` and say something.
    func refuseOthers(than known: Set<String>) throws {
        for key in keys where !known.contains(key) && self[key] != nil { throw fault(key, "unknown key") }
    }

    private func optional<Result>(_ key: String, _ kind: String, _ pick: (JSONValue) -> Result?) throws -> Result? {
        guard let value = self[key] else { return nil }
        guard let result = pick(value) else {
            // What Python writes for what is no number.
            if case .number(let text) = value, text.last?.isLetter == true {
                throw fault(key, "expected \(kind), found \(text)")
            }
            throw fault(key, "expected \(kind), found \(value.kind)")
        }
        return result
    }

    private func required<Result>(_ key: String, _ value: Result?) throws -> Result {
        guard let value else { throw fault(key, "missing") }
        return value
    }

    func optionalInteger(_ key: String) throws -> Int? {
        try optional(key, "an integer", Self.integer)
    }

    func integer(_ key: String) throws -> Int { try required(key, optionalInteger(key)) }

    /// A size: at least 1, and small enough for any further check.
    func size(_ key: String, default value: Int? = nil) throws -> Int {
        let size = try required(key, try optionalInteger(key) ?? value)
        guard (1...Int(Int32.max)).contains(size) else {
            throw fault(key, "expected a positive integer, found \(size)")
        }
        return size
    }

    /// A size that may be none: where the key has null; `value` where it is missing.
    func optionalSize(_ key: String, default value: Int) throws -> Int? {
        has(key) && self[key] == nil ? nil : try size(key, default: value)
    }

    func optionalNumber(_ key: String) throws -> Double? {
        try optional(key, "a number", Self.number)
    }

    func number(_ key: String) throws -> Double { try required(key, optionalNumber(key)) }

    func numbers(_ key: String) throws -> [Double] {
        try required(key, optional(key, "an array of numbers") { Self.array($0, Self.number) })
    }

    func optionalBool(_ key: String) throws -> Bool? {
        try optional(key, "true or false") { if case .bool(let flag) = $0 { flag } else { nil } }
    }

    func optionalString(_ key: String) throws -> String? {
        try optional(key, "a string", Self.string)
    }

    func string(_ key: String) throws -> String { try required(key, optionalString(key)) }

    func optionalStrings(_ key: String) throws -> [String]? {
        try optional(key, "an array of strings") { Self.array($0, Self.string) }
    }

    func optionalIntegers(_ key: String) throws -> [Int]? {
        try optional(key, "an array of integers") { Self.array($0, Self.integer) }
    }

    func optionalObject(_ key: String) throws -> ConfigObject? {
        try optional(key, "an object") {
            if case .object(let members) = $0 {
                ConfigObject(file: file, place: "\(place)\(key).", members: members, sourceKeys: sourceKeys)
            } else {
                nil
            }
        }
    }

    func object(_ key: String) throws -> ConfigObject { try required(key, optionalObject(key)) }

    func optionalChoice<Choice: RawRepresentable & CaseIterable>(_ key: String, _ type: Choice.Type) throws -> Choice?
    where Choice.RawValue == String {
        guard let text = try optionalString(key) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            throw fault(key, "\(text) is not one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }

    func choice<Choice: RawRepresentable & CaseIterable>(_ key: String, _ type: Choice.Type) throws -> Choice
    where Choice.RawValue == String {
        try required(key, optionalChoice(key, type))
    }

    static func integer(_ value: JSONValue) -> Int? {
        if case .number(let text) = value { Int(text) } else { nil }
    }

    static func number(_ value: JSONValue) -> Double? {
        guard case .number(let text) = value, let number = Double(text), number.isFinite else { return nil }
        return number
    }

    static func string(_ value: JSONValue) -> String? {
        if case .string(let text) = value { text } else { nil }
    }

    private static func array<Element>(_ value: JSONValue, _ pick: (JSONValue) -> Element?) -> [Element]? {
        guard case .array(let values) = value else { return nil }
        let elements = values.compactMap(pick)
        return elements.count == values.count ? elements : nil
    }
}
