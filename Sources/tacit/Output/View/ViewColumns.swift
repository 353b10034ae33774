/// Where names, bars and numbers stand in a view of so many columns.
struct ViewColumns {
    /// Beyond this a view does not grow wider: bars would be too long to compare.
    static let widest = 100

    let width: Int
    /// Where names begin; a mark stands before them.
    let name = 3
    let nameWidth: Int
    let bar: Int
    let barWidth: Int

    /// - Parameter longestName: in columns.
    init(columns: Int, longestName: Int) {
        width = min(columns, Self.widest)
        nameWidth = max(5, min(longestName, width * 2 / 5 - name))
        bar = name + nameWidth + 2
        barWidth = max(4, width - bar - 9)
    }
}
