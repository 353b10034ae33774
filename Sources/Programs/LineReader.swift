import TacitText

/// What becomes of the lines from a `LinePipe`: its thread's alone.
package protocol LineReader: Sendable {
    /// Whether `rest` is to be called within a second, also where nothing comes.
    var isDue: Bool { get }

    /// One more line, without its end.
    mutating func take(_ line: inout ByteBuffer)

    /// Called after each wait, before what has come is taken.
    mutating func rest()

    /// There will be no more lines.
    mutating func finish()
}

extension LineReader {
    package var isDue: Bool { false }
    package func rest() {}
    package func finish() {}
}
