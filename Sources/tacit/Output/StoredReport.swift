import TacitDiagnostics
import TacitModelFile
import TacitText

/// What the converter wrote into a model file about itself.
struct StoredReport {
    private let path: String
    /// One JSON object on one line; nil where there is none.
    private let report: String?
    private let rows: [(name: String, value: String)]

    /// - Throws: `TacitError` (bad data) where what is there is no JSON object.
    init(_ file: ModelFile) throws {
        path = file.path
        report = file.report
        guard let report else {
            rows = []
            return
        }
        guard !report.utf8.contains(where: { $0 < 0x20 }), let value = try? JSONParser.parse(Array(report.utf8)),
            case .object = value
        else { throw TacitError.badData(path, at: "tacit.report", "expected a JSON object on one line") }
        rows = Self.rows(of: value, names: [])
    }

    /// A row for each value that holds no others, with the names that lead to it; a place in an array counts from 1.
    private static func rows(of value: JSONValue, names: [String]) -> [(name: String, value: String)] {
        switch value {
        case .object(let members): members.flatMap { rows(of: $0.value, names: names + [escaped($0.key)]) }
        case .array(let elements):
            elements.enumerated().flatMap { rows(of: $0.element, names: names + ["\($0.offset + 1)"]) }
        case .string(let text): [(names.joined(separator: "."), escaped(text))]
        case .null, .bool, .number: [(names.joined(separator: "."), value.text)]
        }
    }

    /// As it stands in JSON, without the quotes: what moves a cursor is seen for what it is.
    private static func escaped(_ text: String) -> String { String(JSONValue.string(text).text.dropFirst().dropLast()) }

    func json() -> [UInt8] {
        var line = JSONLine()
        line.begin()
        line.path("path", path)
        if let report { line.verbatim("report", report) } else { line.null("report") }
        line.end()
        return line.bytes
    }

    func text() -> [UInt8] {
        var line = PlainLine()
        line.begin()
        if report == nil {
            line.text("\(path): holds no report: converted by an older tacit-convert")
            line.end()
        }
        for (name, value) in rows {
            line.row(name, value, width: 28)
        }
        return line.bytes
    }
}
