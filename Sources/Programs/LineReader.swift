import TacitText

/// What becomes of the lines from a `LinePipe`, by whose thread alone it is called.
package protocol LineReader: AnyObject, Sendable {
    /// Whether `rest` is to be called within a second, also where nothing comes.
    var isDue: Bool { get }

    /// One more line, without its end.
    func take(_ line: inout ByteBuffer)

    /// Called after each wait, before what has come is taken.
    func rest()

    /// There will be no more lines.
    func finish()
}

extension LineReader {
    package var isDue: Bool { false }
    package func rest() {}
    package func finish() {}
}
