import TacitMeasures
import TacitText

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
            JSONMember("bytes_after", .integer(bytesAfter)), JSONMember("bits", bitsJSON),
            JSONMember("group_size", groupSize.map(JSONValue.integer) ?? .null),
            JSONMember("bits_per_weight", .double(bitsPerWeight)),
            JSONMember("gptq_error", calibratedError.json), JSONMember("int8_rows_error", rowsError.json),
            JSONMember("smoothed", .bool(isSmoothed)), JSONMember("unsmoothed_error", (smoothing?.before).json),
            JSONMember("smoothed_error", (smoothing?.after).json),
            JSONMember("two_plane_layers", .integer(twoPlaneLayers)),
            JSONMember("one_plane_error", (twoPlanes?.before).json),
            JSONMember("two_plane_error", (twoPlanes?.after).json),
            JSONMember("adapted_modules", .integer(adaptedModules)),
            JSONMember("fusion_difference", fusionDifference.map(JSONValue.double) ?? .null),
            JSONMember("notes", .array(notes.map(JSONValue.string))), JSONMember("matrices", .array(kinds)),
            JSONMember("random", errors.randomJSON), JSONMember("calibration", errors.calibrationJSON),
        ]).text
    }

    /// Bytes that a model file keeps free for `storedJSON`.
    static let room = 2048

    /// What the model file itself tells of it: neither names nor anything that would not be the same another time.
    var storedJSON: String {
        let kinds = kinds.map { kind in
            JSONMember(
                kind.kind.rawValue, kind.error.decibels.map { .number(Decimal.text($0, places: 1)) } ?? .null)
        }
        return JSONValue.object([
            JSONMember("version", .integer(1)), JSONMember("bits", bitsJSON),
            JSONMember("group_size", groupSize.map(JSONValue.integer) ?? .null),
            JSONMember("smoothed", .bool(isSmoothed)), JSONMember("snr_db", .object(kinds)),
            JSONMember("bits_per_weight", .number(Decimal.text(bitsPerWeight, places: 3))),
            JSONMember("random", errors.randomJSON),
            JSONMember("calibration", errors.calibrationJSON),
        ]).text
    }

    /// null for mixed weights.
    private var bitsJSON: JSONValue { bits.map(JSONValue.integer) ?? .null }

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
            let (mean, worst) = Self.percent(rowsError)
            let form =
                encodings.contains(.int8Groups) ? "in groups of 32, since one range a row" : "one range a row, which"
            lines.append("int8      \(form) puts the trunk's output \(mean) % off, a single patch's up to \(worst) %")
        }
        if let smoothing {
            let (before, after) = (Self.percent(smoothing.before), Self.percent(smoothing.after))
            let verb = isSmoothed ? "brings" : "is left out: it would bring"
            lines.append(
                "smoothing \(verb) a trial's error from \(before.0) to \(after.0) %, a single patch's from \(before.1) "
                    + "to \(after.1) %")
        }
        if let twoPlanes {
            let (before, after) = (Self.percent(twoPlanes.before), Self.percent(twoPlanes.after))
            let verb = twoPlanes.isTaken ? "bring" : "are left out: they would bring"
            let layers = twoPlanes.layers == 1 ? "layer" : "\(twoPlanes.layers) layers"
            lines.append(
                "planes    two in the first \(layers) \(verb) a trial's error from \(before.0) to "
                    + "\(after.0) %, a single patch's from \(before.1) to \(after.1) %")
        }
        if bits == nil {
            let (few, bits) = (encodings.count { $0.bits == 4 }, Decimal.text(bitsPerWeight, places: 2))
            lines.append("mixed     \(few) matrices in 4 bits, \(encodings.count - few) in 8: \(bits) a weight")
        }
        if let calibratedError {
            let (mean, worst) = Self.percent(calibratedError)
            lines.append(
                "gptq      puts the trunk's output \(mean) % off for the patches that weights were fitted to, a single "
                    + "patch's up to \(worst) %")
        }
        lines += errors.lines()
        for note in notes { lines.append("note      \(note)") }
        lines.append("")
        lines.append(Self.row("matrices", "count", "weights", "bytes", "SNR dB"))
        for kind in kinds {
            lines.append(
                Self.row(
                    kind.kind.rawValue, String(kind.matrices), String(kind.weights), String(kind.bytes),
                    kind.error.decibels.map { Decimal.text($0, places: 1) } ?? "exact"))
        }
        return lines.joined(separator: "\n")
    }

    private static func row(_ name: String, _ columns: String...) -> String {
        let name = name + String(repeating: " ", count: max(0, 18 - name.count))
        return name + columns.map { String(repeating: " ", count: max(1, 12 - $0.count)) + $0 }.joined()
    }

    /// Mean and worst.
    private static func percent(_ error: RelativeError) -> (String, String) {
        (Decimal.text(error.mean * 100, places: 1), Decimal.text(error.worst * 100, places: 1))
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
        return "\(Decimal.text(mantissa, places: 1))e\(exponent)"
    }
}
