/// Bytes for people.
enum Bytes {
    static func text(_ count: Int) -> String {
        for (unit, name) in [(1_000_000_000, "GB"), (1_000_000, "MB"), (1000, "kB")]
        where count.magnitude >= unit.magnitude {
            let tenths = count / (unit / 10)
            return "\(tenths / 10).\(abs(tenths % 10)) \(name)"
        }
        return "\(count) bytes"
    }
}
