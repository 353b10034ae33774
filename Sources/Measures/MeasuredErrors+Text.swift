import TacitText

extension MeasuredErrors {
    /// As one JSON object on one line.
    package var json: String {
        JSONValue.object([JSONMember("random", randomJSON), JSONMember("calibration", calibrationJSON)]).text
    }

    package var randomJSON: JSONValue {
        guard let random else { return .null }
        return .object([
            JSONMember("contexts", .integer(random.contexts)), JSONMember("patches", .integer(random.patches)),
            JSONMember("trunk", random.trunk.json), JSONMember("logits", random.logits.json),
            JSONMember("same_label", .share(random.agreeing, of: random.contexts)),
        ])
    }

    package var calibrationJSON: JSONValue {
        guard let calibration else { return .null }
        return .object([
            JSONMember("dataset", .string(calibration.dataSet)), JSONMember("split", .string(calibration.split)),
            JSONMember("count", .integer(calibration.count)), JSONMember("windows", .integer(calibration.windows)),
            JSONMember("metric", .string(calibration.metric.rawValue)),
            JSONMember("f32", .float(calibration.exact)), JSONMember("stored", .float(calibration.stored)),
            JSONMember("drop_points", .float(calibration.drop)),
            JSONMember("same_label", .share(calibration.agreeing, of: calibration.count)),
            JSONMember("output", calibration.output.json), JSONMember("logits", calibration.logits.json),
        ])
    }

    /// For people, a topic a line.
    ///
    /// - Parameter isComparison: of two files, A and B; of one model otherwise, before and after its weights are stored.
    package func lines(isComparison: Bool = false) -> [String] {
        var lines: [String] = []
        if let random {
            var text = "\(random.contexts) contexts of \(random.patches) made-up patches: "
            if let trunk = random.trunk { text += "the trunk's output is \(trunk.words("patch")) off" }
            if let logits = random.logits, let agreeing = random.agreeing {
                text += (random.trunk == nil ? "" : ", ") + "logits \(logits.words("context")), "
                text += "\(agreeing) of \(random.contexts) labels are the same"
            }
            lines.append("errors    \(text)")
        }
        if let calibration {
            var text = "\(calibration.dataSet) \(calibration.split), \(calibration.count) examples: "
            if let exact = calibration.exact, let stored = calibration.stored {
                let name = calibration.metric == .accuracy ? "accuracy" : "mean average precision"
                let before = "\(Self.percent(exact)) % \(isComparison ? "of A" : "before")"
                text += "\(name) \(Self.percent(stored)) %\(isComparison ? " against" : ",") \(before), "
            }
            let share = Double(calibration.agreeing) / Double(max(1, calibration.count))
            text += "\(Self.percent(share)) % of the labels are the same"
            lines.append("data      \(text)")
            if let output = calibration.output {
                text = "of \(calibration.windows) windows: what the head reads is \(output.words("window")) off"
                if let logits = calibration.logits { text += ", logits \(logits.words("window"))" }
                lines.append("          \(text)")
            }
        }
        return lines
    }

    private static func percent(_ share: Double) -> String { Decimal.text(share * 100, places: 2) }
}

extension RelativeError {
    /// - Parameter one: what it is of.
    fileprivate func words(_ one: String) -> String {
        "\(Decimal.text(mean * 100, places: 2)) % (a single \(one) up to \(Decimal.text(worst * 100, places: 2)) %)"
    }
}

extension RelativeError? {
    package var json: JSONValue {
        guard let self else { return .null }
        return .object([JSONMember("mean", .float(self.mean)), JSONMember("worst", .float(self.worst))])
    }
}

extension JSONValue {
    /// Measured values have no more digits than that.
    fileprivate static func float(_ value: Double?) -> JSONValue {
        guard let value, Float(value).isFinite else { return .null }
        return .number(Float(value).description)
    }

    fileprivate static func share(_ part: Int?, of all: Int) -> JSONValue {
        guard let part, all > 0 else { return .null }
        return .float(Double(part) / Double(all))
    }
}
