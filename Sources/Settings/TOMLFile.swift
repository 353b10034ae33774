import CTacitTOML

/// Reads TOML (toml.io, version 1.0) into nodes.
package enum TOMLFile {
    /// Bytes of a file, at most.
    package static let largest = 1 << 18

    /// - Parameter bytes: of the whole file.
    /// - Returns: the file's own table.
    /// - Throws: `SettingsFault` for what is no TOML, too large or too deep.
    package static func parse(_ bytes: [UInt8]) throws -> TOMLNode {
        guard bytes.count <= largest else {
            throw SettingsFault(
                SettingsPlace(line: 1, column: 1), "more than \(largest) bytes, which no settings are")
        }
        try NestingCheck.check(bytes)
        var fault = tacit_toml_fault()
        let file = bytes.withUnsafeBytes {
            tacit_toml_parse($0.assumingMemoryBound(to: CChar.self).baseAddress, $0.count, &fault)
        }
        guard let file else { throw SettingsFault(fault) }
        defer { tacit_toml_destroy(file) }
        var reader = Reader(file: file)
        return reader.next().node
    }

    /// Walks the list of nodes, in which each stands in front of what is within it.
    private struct Reader {
        let file: OpaquePointer
        var index = 0

        mutating func next() -> TOMLNode.Member {
            let found = tacit_toml_at(file, index)
            index += 1
            let value: TOMLNode.Value
            switch found.kind {
            case tacit_toml_table:
                value = .table((0..<found.count).map { _ in next() }.sorted { $0.place < $1.place })
            case tacit_toml_array: value = .array((0..<found.count).map { _ in next().node })
            case tacit_toml_string: value = .text(Self.text(found.text, found.text_length))
            case tacit_toml_integer: value = .whole(Int(found.integer))
            case tacit_toml_float: value = .number(found.number)
            case tacit_toml_boolean: value = .flag(found.boolean)
            default: value = .moment
            }
            return TOMLNode.Member(
                key: Self.text(found.key, found.key_length),
                place: SettingsPlace(line: Int(found.key_line), column: Int(found.key_column)),
                node: TOMLNode(value: value, place: SettingsPlace(line: Int(found.line), column: Int(found.column))))
        }

        private static func text(_ bytes: UnsafePointer<CChar>?, _ count: Int) -> String {
            let bytes = UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count)
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}

extension SettingsFault {
    /// In the library's words: what it was at, and what it found.
    fileprivate init(_ fault: tacit_toml_fault) {
        var fault = fault
        let words = withUnsafePointer(to: &fault.words) {
            $0.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: $0.pointee)) {
                String(cString: $0)
            }
        }
        let opening = "Error while parsing "
        let plain = words.dropFirst(words.hasPrefix(opening) ? opening.count : 0)
        self.init(
            SettingsPlace(line: max(1, Int(fault.line)), column: max(1, Int(fault.column))),
            "no TOML: \(plain.prefix(1).lowercased())\(plain.dropFirst())")
    }
}
