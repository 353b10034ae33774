extension [Float] {
    /// Where the largest value stands; the first of equals; nil where nothing compares (no values, all NaN).
    package var indexOfLargest: Int? {
        indices.filter { !self[$0].isNaN }.max { self[$0] < self[$1] }
    }
}
