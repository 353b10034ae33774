import TacitText

/// What `verify` says of a model file that is whole.
enum VerifyReport {
    /// One object.
    static func json(_ path: String) -> [UInt8] {
        var line = JSONLine()
        line.begin()
        line.path("path", path)
        line.bool("ok", true)
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
