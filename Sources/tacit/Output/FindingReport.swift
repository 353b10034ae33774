import TacitDoctor
import TacitText

/// What `doctor` says of something that is wrong.
enum FindingReport {
    /// One object.
    static func json(_ finding: Finding) -> [UInt8] {
        var line = JSONLine()
        line.begin()
        line.string("fault", finding.fault.rawValue)
        if let subject = finding.subject {
            line.path("subject", subject)
        }
        line.path("reason", finding.reason)
        line.path("fix", finding.fix)
        if let note = finding.note {
            line.path("note", note)
        }
        line.integer("status", Int(finding.fault.exitStatus))
        line.end()
        return line.bytes
    }

    /// What is wrong, and below it what mends it.
    static func text(_ finding: Finding) -> [UInt8] {
        var line = PlainLine()
        line.begin()
        if let subject = finding.subject {
            line.text(subject)
            line.literal(": ")
        }
        line.text(finding.reason)
        line.end()
        line.literal("    ")
        line.text(finding.fix)
        line.end()
        if let note = finding.note {
            line.literal("    (")
            line.text(note)
            line.literal(")")
            line.end()
        }
        return line.bytes
    }
}
