extension ConversionReport {
    /// As one JSON object on one line.
    package var json: String {
        let kinds = kinds.map { kind in
            JSONValue.object([
                JSONMember("kind", .string(kind.kind.rawValue)), JSONMember("matrices", .integer(kind.matrices)),
                JSONMember("weights", .integer(kind.weights)), JSONMember("bytes", .integer(kind.bytes)),
                JSONMember("snr_db", kind.error.decibels.map(JSONValue.double) ?? .null),
            ])
        }
        return JSONValue.object([
            JSONMember("tensors", .integer(tensors)), JSONMember("bytes_before", .integer(bytesBefore)),
            JSONMember("bytes_after", .integer(bytesAfter)),
            JSONMember("bits", encoding.map { .integer($0.bits) } ?? .null),
            JSONMember("group_size", groupSize.map(JSONValue.integer) ?? .null),
            JSONMember("bits_per_weight", .double(bitsPerWeight)),
            JSONMember(
                "gptq_error",
                calibratedError.map {
                    .object([JSONMember("mean", .double($0.mean)), JSONMember("worst", .double($0.worst))])
                } ?? .null),
            JSONMember(
                "int8_rows_error",
                rowsError.map {
                    .object([JSONMember("mean", .double($0.mean)), JSONMember("worst", .double($0.worst))])
                } ?? .null),
            JSONMember("adapted_modules", .integer(adaptedModules)),
            JSONMember("fusion_difference", fusionDifference.map(JSONValue.double) ?? .null),
            JSONMember("notes", .array(notes.map(JSONValue.string))), JSONMember("matrices", .array(kinds)),
        ]).text
    }

    /// Weights that share a scale, where all matrices that have groups have the same.
    private var groupSize: Int? {
        let sizes = Set(encodings.map(\.groupSize).filter { $0 > 0 })
        return sizes.count == 1 ? sizes.first : nil
    }

    /// As a table for people.
    package var table: String {
        var lines = [
            "tensors   \(tensors)",
            "bytes     \(bytesBefore) before, \(bytesAfter) after",
        ]
        if let fusionDifference {
            lines.append(
                "fusion    \(adaptedModules) modules, largest difference \(Self.scientific(fusionDifference))")
        }
        if let rowsError {
            let (mean, worst) = (Self.tenths(rowsError.mean * 100), Self.tenths(rowsError.worst * 100))
            let form = encodings.contains(.int8Groups) ? "in groups of 32, since one range a row" : "one range a row, which"
            lines.append("int8      \(form) puts the trunk's output \(mean) % off, a single patch's up to \(worst) %")
        }
        if encoding == nil {
            let few = encodings.count { $0.bits == 4 }
            lines.append(
                "mixed     \(few) matrices in 4 bits, \(encodings.count - few) in 8: "
                    + "\(Self.hundredths(bitsPerWeight)) a weight")
        }
        if let calibratedError {
            let (mean, worst) = (Self.tenths(calibratedError.mean * 100), Self.tenths(calibratedError.worst * 100))
            lines.append("gptq      puts the trunk's output \(mean) % off, a single patch's up to \(worst) %")
        }
        lines.append("")
        lines.append(Self.row("matrices", "count", "weights", "bytes", "SNR dB"))
        for kind in kinds {
            lines.append(
                Self.row(
                    kind.kind.rawValue, String(kind.matrices), String(kind.weights), String(kind.bytes),
                    kind.error.decibels.map { Self.tenths($0) } ?? "exact"))
        }
        return lines.joined(separator: "\n")
    }

    private static func row(_ name: String, _ columns: String...) -> String {
        let name = name + String(repeating: " ", count: max(0, 18 - name.count))
        return name + columns.map { String(repeating: " ", count: max(1, 12 - $0.count)) + $0 }.joined()
    }

    private static func tenths(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "infinitely" }
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(abs(tenths % 10))"
    }

    /// Of a small value that is not negative.
    private static func hundredths(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        return "\(hundredths / 100).\(hundredths / 10 % 10)\(hundredths % 10)"
    }

    /// Two digits and an exponent.
    private static func scientific(_ value: Double) -> String {
        guard value > 0, value.isFinite else { return "0" }
        var (mantissa, exponent) = (value, 0)
        while mantissa < 1 {
            mantissa *= 10
            exponent -= 1
        }
        while mantissa >= 10 {
            mantissa /= 10
            exponent += 1
        }
        return "\(tenths(mantissa))e\(exponent)"
    }
}
