/// How the rows of a terminal are shared out. On a low one the air goes first, then the events, then bars and level.
struct ViewRows {
    let isAiry: Bool
    let hasLevel: Bool
    let hasFooter: Bool
    let bars: Int
    /// Rows of the list of events, besides its title and the empty row above it.
    let news: Int

    /// - Parameters:
    ///   - wanted: bars that there are to show.
    ///   - news: events that there are to show; nil for as many as there is room for.
    init(rows: Int, bars wanted: Int, news count: Int?) {
        // Title, level and footer.
        hasLevel = rows >= 4
        hasFooter = rows >= 3
        var left = rows - 1 - (hasLevel ? 1 : 0) - (hasFooter ? 1 : 0)
        isAiry = left >= min(wanted, 3) + 3
        if isAiry { left -= 3 }
        // However many bars there are, high terminals keep a third for events.
        let reserved = rows >= 16 ? rows / 3 : 0
        bars = max(0, min(wanted, left - min(reserved, max(0, left - 1))))
        left -= bars
        news = left >= 3 ? min(count ?? .max, left - 2) : 0
    }
}
