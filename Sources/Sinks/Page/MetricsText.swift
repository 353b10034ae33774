import TacitText

/// Families of samples as text.
package struct MetricsText {
    package init() {}

    /// Each with its samples, which have to stand together.
    private var families: [(name: String, head: String, samples: ByteBuffer)] = []

    package var bytes: [UInt8] {
        var all: [UInt8] = []
        for family in families {
            all.append(contentsOf: family.head.utf8)
            all.append(contentsOf: family.samples.bytes)
        }
        return all
    }

    package mutating func family(_ name: String, _ type: String, _ help: String) {
        families.append(
            (name, "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n", ByteBuffer(capacity: 256)))
    }

    /// A sample of a family that was opened.
    package mutating func sample(_ name: String, _ labels: [(String, String)], _ value: Double, suffix: String = "") {
        guard let index = families.lastIndex(where: { $0.name == name }) else { return }
        var line = name + suffix
        if !labels.isEmpty {
            line += "{" + labels.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",") + "}"
        }
        families[index].samples.append(string: line + " \(Self.number(value))\n")
    }

    /// - Parameters:
    ///   - name: the family's.
    ///   - help: what it counts.
    ///   - ends: of the buckets, rising.
    ///   - counts: in each, and at last above all.
    ///   - sum: of all that was counted.
    package mutating func histogram(_ name: String, _ help: String, ends: [Double], counts: [Int], sum: Double) {
        family(name, "histogram", help)
        var count = 0
        for (end, more) in zip(ends, counts) {
            count += more
            sample(name, [("le", Self.number(end))], Double(count), suffix: "_bucket")
        }
        count += counts.last ?? 0
        sample(name, [("le", "+Inf")], Double(count), suffix: "_bucket")
        sample(name, [], sum, suffix: "_sum")
        sample(name, [], Double(count), suffix: "_count")
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private static func number(_ value: Double) -> String {
        if let whole = Int(exactly: value), whole.magnitude < 1 << 53 { return String(whole) }
        return value.isFinite ? "\(value)" : value > 0 ? "+Inf" : value < 0 ? "-Inf" : "NaN"
    }
}
