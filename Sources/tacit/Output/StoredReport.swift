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
        guard let rows = JSONSyntax.rows(of: report) else {
            throw TacitError.badData(path, at: "tacit.report", "expected a JSON object on one line")
        }
        self.rows = rows
    }

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
