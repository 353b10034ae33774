import TacitSinks
import TacitText

extension PlainLine {
    /// A line of a table: a name, blanks up to `width` columns of a terminal, at least one, and what is said of it.
    mutating func row(_ name: String, _ value: String, width: Int) {
        text(name)
        for _ in 0..<max(1, width - ScreenLine.columns(name)) { literal(" ") }
        text(value)
        end()
    }
}
