/// A horizontal bar with a mark at a threshold.
package struct Bar {
    /// 0...1.
    package var value: Float
    /// Where the mark stands, 0...1; nil for none.
    package var mark: Float?
    package var style: ScreenLine.Style

    package init(value: Float, mark: Float?, style: ScreenLine.Style) {
        self.value = value
        self.mark = mark
        self.style = style
    }

    /// Draws it over `width` columns, to half a column.
    package func draw(on line: inout ScreenLine, width: Int) {
        guard width > 0 else { return }
        let clamped = value.isNaN ? 0 : min(max(value, 0), 1)
        let halves = Int((clamped * Float(2 * width)).rounded())
        let markColumn = mark.map { min(width - 1, Int($0 * Float(width))) }
        for column in 0..<width {
            let isMark = column == markColumn
            switch halves - 2 * column {
            case 2...:
                line.style(style)
                if isMark { line.symbol("╋", ascii: "+") } else { line.symbol("━", ascii: "=") }
            case _ where isMark:
                line.style(.plain)
                line.symbol("┃", ascii: "|")
            case 1:
                line.style(style)
                line.symbol("╸", ascii: "-")
            default:
                line.style(.faint)
                line.symbol("─", ascii: " ")
            }
        }
        line.style(.plain)
    }
}
