extension Int {
    /// The least multiple that is no smaller than this number, which is not negative.
    package func roundedUp(to multiple: Int) -> Int { (self + multiple - 1) / multiple * multiple }
}
