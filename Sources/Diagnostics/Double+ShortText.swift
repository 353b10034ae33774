extension Double {
    /// For people: `10` and `2.5`, without a fraction that is none.
    package var shortText: String { rounded() == self && magnitude < 1e9 ? "\(Int(self))" : "\(self)" }
}
