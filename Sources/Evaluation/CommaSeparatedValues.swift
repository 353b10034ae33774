import TacitDiagnostics

/// A table of comma-separated values (RFC 4180) with its column names in the first record, as data sets publish them.
/// The file is untrusted: its size and the number and length of fields are limited.
package struct CommaSeparatedValues {
    static let maximumFields = 64
    static let maximumFieldBytes = 1 << 16

    /// A record after the first.
    package struct Row {
        /// The line of the file it begins on, from 1.
        var line: Int
        var fields: [String]
    }

    let path: String
    private(set) var columns: [String]
    package private(set) var rows: [Row] = []

    /// - Parameters:
    ///   - path: of the file.
    ///   - columns: the names of the columns of a file that has no header; nil reads them from the first record.
    /// - Throws: `TacitError` with the line of a broken record.
    package init(path: String, columns: [String]? = nil) throws {
        self.path = path
        self.columns = columns ?? []
        var needsHeader = columns == nil
        var reader = RecordReader(path: path, bytes: try BoundedFile.read(path))
        while let record = try reader.next() {
            if needsHeader {
                self.columns = record.fields
                needsHeader = false
                continue
            }
            guard record.fields.count == self.columns.count else {
                throw TacitError.badData(
                    path, at: "line \(record.line)", "\(record.fields.count) fields, expected \(self.columns.count)")
            }
            rows.append(record)
        }
        guard !needsHeader else { throw TacitError.badData(path, "empty, expected a line of column names") }
    }

    /// The place of a column.
    func column(_ name: String) throws -> Int {
        guard let index = columns.firstIndex(of: name) else {
            let there = columns.joined(separator: ", ").prefix(100)
            throw TacitError.badData(path, at: "line 1", "no column '\(name)' among '\(there)'")
        }
        guard columns.lastIndex(of: name) == index else {
            throw TacitError.badData(path, at: "line 1", "the column '\(name)' is there twice")
        }
        return index
    }

    /// An error in a row of this table.
    func error(_ row: Row, _ reason: String) -> TacitError { .badData(path, at: "line \(row.line)", reason) }

    /// A field that names a file of the data set.
    ///
    /// - Throws: `TacitError` (bad data) with the line, for one that leads out of its folder.
    package func fileName(_ row: Row, _ column: Int) throws -> String {
        let name = row.fields[column]
        guard Folder.isConfined(name) else {
            throw error(row, "'\(name.prefix(100))' is not a file name within the data set's folder")
        }
        return name
    }

    /// Splits bytes into records, one at a time.
    private struct RecordReader {
        let path: String
        let bytes: [UInt8]
        var position: Int
        var line = 1

        init(path: String, bytes: [UInt8]) {
            self.path = path
            self.bytes = bytes
            position = bytes.markLength
        }

        /// The next record that is not an empty line.
        mutating func next() throws -> Row? {
            while position < bytes.count {
                if bytes[position] == UInt8(ascii: "\n") {
                    position += 1
                    line += 1
                } else if bytes[position] == UInt8(ascii: "\r"), position + 1 < bytes.count,
                    bytes[position + 1] == UInt8(ascii: "\n")
                {
                    position += 2
                    line += 1
                } else {
                    return try record()
                }
            }
            return nil
        }

        private mutating func record() throws -> Row {
            let start = line
            var fields: [String] = []
            while true {
                fields.append(try field(start))
                guard fields.count <= CommaSeparatedValues.maximumFields else {
                    throw failure(start, "more than \(CommaSeparatedValues.maximumFields) fields")
                }
                guard position < bytes.count else { return Row(line: start, fields: fields) }
                let separator = bytes[position]
                position += 1
                if separator == UInt8(ascii: "\n") {
                    line += 1
                    return Row(line: start, fields: fields)
                }
            }
        }

        /// Reads up to, not including, the comma or line feed after the field.
        private mutating func field(_ start: Int) throws -> String {
            var content: [UInt8] = []
            if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
                position += 1
                while true {
                    guard position < bytes.count else { throw failure(start, "a quoted field has no end") }
                    let byte = bytes[position]
                    position += 1
                    if byte == UInt8(ascii: "\"") {
                        guard position < bytes.count, bytes[position] == byte else { break }
                        position += 1
                    } else if byte == UInt8(ascii: "\n") {
                        line += 1
                    }
                    content.append(byte)
                    try check(content, start)
                }
                if position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\r"),
                    bytes[position + 1] == UInt8(ascii: "\n")
                {
                    position += 1
                }
                guard
                    position >= bytes.count || bytes[position] == UInt8(ascii: ",")
                        || bytes[position] == UInt8(ascii: "\n")
                else { throw failure(start, "text after a quoted field") }
            } else {
                while position < bytes.count, bytes[position] != UInt8(ascii: ","),
                    bytes[position] != UInt8(ascii: "\n")
                {
                    content.append(bytes[position])
                    try check(content, start)
                    position += 1
                }
                if content.last == UInt8(ascii: "\r"), position >= bytes.count || bytes[position] != UInt8(ascii: ",") {
                    content.removeLast()
                }
            }
            guard let text = String(validating: content, as: UTF8.self) else { throw failure(start, "not UTF-8") }
            return text
        }

        private func check(_ content: [UInt8], _ start: Int) throws {
            guard content.count <= CommaSeparatedValues.maximumFieldBytes else {
                throw failure(start, "a field of more than \(CommaSeparatedValues.maximumFieldBytes) bytes")
            }
        }

        private func failure(_ line: Int, _ reason: String) -> TacitError {
            .badData(path, at: "line \(line)", reason)
        }
    }
}
