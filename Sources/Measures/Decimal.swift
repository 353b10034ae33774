/// Numbers for people.
package enum Decimal {
    /// So many places behind the point; `infinitely` beyond what there are digits for.
    package static func text(_ value: Double, places: Int) -> String {
        guard value.isFinite, abs(value) < 1e12 else { return "infinitely" }
        let unit = (0..<places).reduce(1) { unit, _ in unit * 10 }
        let scaled = Int((abs(value) * Double(unit)).rounded())
        let fraction = String(scaled % unit)
        let sign = value < 0 && scaled > 0 ? "-" : ""
        return "\(sign)\(scaled / unit)"
            + (places > 0 ? "." + String(repeating: "0", count: places - fraction.count) + fraction : "")
    }
}
