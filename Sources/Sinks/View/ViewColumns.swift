/// Where names, bars and numbers stand in a view of so many columns.
struct ViewColumns {
    /// Beyond this a view does not grow wider: bars would be too long to compare.
    static let widest = 100

    let width: Int
    /// Where names begin; a mark stands before them.
    let name: Int
    let nameWidth: Int
    let bar: Int
    let barWidth: Int

    /// - Parameters:
    ///   - longestName: in columns.
    ///   - left: columns that are taken by something else.
    init(columns: Int, longestName: Int, left: Int = 0) {
        width = min(columns, Self.widest)
        name = left + 3
        nameWidth = max(5, min(longestName, (width - left) * 2 / 5 - 3))
        bar = name + nameWidth + 2
        barWidth = max(4, width - bar - 9)
    }
}
