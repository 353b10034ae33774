import TacitDoctor
import TacitText

/// What `doctor` says of something that is wrong.
enum FindingReport {
    /// One object.
    static func json(_ finding: Finding) -> [UInt8] {
        var line = JSONLine()
        line.begin()
        line.key("fault")
        line.string(finding.fault.rawValue)
        if let subject = finding.subject {
            line.key("subject")
            line.path(subject)
        }
        line.key("reason")
        line.path(finding.reason)
        line.key("fix")
        line.path(finding.fix)
        if let note = finding.note {
            line.key("note")
            line.path(note)
        }
        line.key("status")
        line.integer(Int(finding.fault.exitStatus))
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
