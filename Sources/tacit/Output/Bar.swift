/// A horizontal bar with a mark at a threshold.
struct Bar {
    /// 0...1.
    var value: Float
    /// Where the mark stands, 0...1; nil for none.
    var mark: Float?
    var style: ScreenLine.Style
    /// The style of a mark that the bar has reached.
    var markStyle: ScreenLine.Style

    /// Draws it over `width` columns, to an eighth of a column.
    func draw(on line: inout ScreenLine, width: Int, isUnicode: Bool) {
        guard width > 0 else { return }
        let clamped = value.isNaN ? 0 : min(max(value, 0), 1)
        let steps = isUnicode ? 8 : 1
        let filled = Int((clamped * Float(width * steps)).rounded())
        let markColumn = mark.map { min(width - 1, Int($0 * Float(width))) }
        for column in 0..<width {
            let level = min(max(filled - column * steps, 0), steps)
            if column == markColumn {
                line.style(level == steps ? markStyle : .plain)
                line.symbol("│", ascii: "|")
            } else if level == 0 {
                line.style(.faint)
                line.symbol("·", ascii: ".")
            } else {
                line.style(style)
                line.symbol(Self.symbols[isUnicode ? level : 8], ascii: "#")
            }
        }
        line.style(.plain)
    }

    private static let symbols: [StaticString] = [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"]
}
