import TacitText

/// What `verify` says of a model file that is whole.
enum VerifyReport {
    /// One object.
    static func json(_ path: String) -> [UInt8] {
        var line = JSONLine()
        line.begin()
        line.key("path")
        line.path(path)
        line.key("ok")
        line.bool(true)
        line.end()
        return line.bytes
    }

    static func text(_ path: String) -> [UInt8] {
        var line = PlainLine()
        line.begin()
        line.text(path)
        line.literal(": ok")
        line.end()
        return line.bytes
    }
}
