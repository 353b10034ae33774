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

    /// One of the families of a text.
    package struct Family {
        fileprivate let index: Int
    }

    package mutating func family(_ name: String, _ type: String, _ help: String) -> Family {
        families.append(
            (name, "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n", ByteBuffer(capacity: 256)))
        return Family(index: families.count - 1)
    }

    /// A family of one sample without labels.
    package mutating func family(_ name: String, _ type: String, _ help: String, _ value: Double) {
        sample(family(name, type, help), [], value)
    }

    package mutating func sample(
        _ family: Family, _ labels: [(String, String)], _ value: Double, suffix: String = ""
    ) {
        var line = families[family.index].name + suffix
        if !labels.isEmpty {
            line += "{" + labels.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",") + "}"
        }
        families[family.index].samples.append(string: line + " \(Self.number(value))\n")
    }

    /// - Parameters:
    ///   - name: the family's.
    ///   - help: what it counts.
    ///   - ends: of the buckets, rising.
    ///   - counts: in each, and at last above all.
    ///   - sum: of all that was counted.
    package mutating func histogram(_ name: String, _ help: String, ends: [Double], counts: [Int], sum: Double) {
        let family = family(name, "histogram", help)
        var count = 0
        for (end, more) in zip(ends, counts) {
            count += more
            sample(family, [("le", Self.number(end))], Double(count), suffix: "_bucket")
        }
        count += counts.last ?? 0
        sample(family, [("le", "+Inf")], Double(count), suffix: "_bucket")
        sample(family, [], sum, suffix: "_sum")
        sample(family, [], Double(count), suffix: "_count")
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
