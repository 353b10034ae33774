import TacitLive
import TacitModelFile
import TacitText

/// What there is to tell about a model file.
struct ModelSummary {
    let model: LoadedModel
    /// Bytes of the session that `listen FILE` with its default hop makes, by its own count; a microphone's is no larger,
    /// as patches are not held back for long there.
    let sessionBytes: Int
    /// What the model needs to run: the file's map, all of which is read (the weights are used where they lie), and the
    /// session's buffers. What any program of this kind has besides (its libraries, the front end's tables and rings) is
    /// not the model's and not in it.
    var runBytes: Int { model.file.byteCount + sessionBytes }

    init(_ model: LoadedModel) throws {
        self.model = model
        let engine = EngineSettings()
        let session =
            switch model.description.input.sense {
            case .sound: try model.session(plan: model.plan(hop: 1), engine: engine)
            case .pictures, .tokens:
                try model.session(contexts: 1, rows: model.description.rowsAtOnce, engine: engine)
            }
        sessionBytes = session.byteCount
    }

    /// How the trunk's matrices are stored.
    private var encodings: [MatrixEncoding] {
        model.description.matrices.filter(\.isTrunk).compactMap { model.file.format(ofMatrix: $0.name)?.encoding }
    }

    func json() -> [UInt8] {
        let description = model.description
        var line = JSONLine()
        line.begin()
        line.path("path", model.path)
        line.string("family", description.trunk.family.rawValue)
        line.key("shapes")
        line.trunk(description.trunk)
        let encodings = encodings
        let names = Self.distinct(encodings.map(\.name))
        line.string("weights", names.count == 1 ? names[0] : "mixed")
        let bits = Self.distinct(encodings.map(\.bits))
        line.integer("bits", bits.count == 1 ? bits[0] : nil)
        let groups = Self.distinct(encodings.map(\.groupSize).filter { $0 > 0 })
        line.integer("group_size", groups.count == 1 ? groups[0] : nil)
        line.key("input")
        line.input(description.input)
        for (key, value) in [
            ("positions" as StaticString, description.trunk.positions.rawValue),
            ("attention", description.attention.rawValue), ("context", description.context.rawValue),
            ("pool", description.pool.rawValue), ("task", description.task.rawValue),
        ] {
            line.string(key, value)
        }
        line.integer("sinks", description.sinks)
        line.strings("labels", description.labels)
        description.thresholds.withUnsafeBufferPointer { line.floats("thresholds", $0) }
        if let events = description.events {
            line.beginObject("events")
            for (key, value) in [
                ("smooth" as StaticString, events.smooth), ("on_after", events.onAfter),
                ("off_below", events.offBelow), ("off_after", events.offAfter),
            ] {
                line.float(key, Float(value))
            }
            line.endObject()
        } else {
            line.null("events")
        }
        line.string("digest", model.file.digest)
        line.integer("file_bytes", model.file.byteCount)
        line.integer("session_bytes", sessionBytes)
        line.integer("run_bytes", runBytes)
        let provenance = model.file.provenance
        line.string("license", provenance.license)
        line.strings("sources", provenance.sources)
        line.key("metrics")
        if provenance.metrics.isEmpty {
            line.null()
        } else if Self.isLineOfJSON(provenance.metrics) {
            line.verbatim(provenance.metrics)
        } else {
            line.string(provenance.metrics)
        }
        line.key("provenance")
        line.provenance(provenance)
        line.end()
        return line.bytes
    }

    /// Whether a text from a file may stand in a line of JSON as it is.
    private static func isLineOfJSON(_ text: String) -> Bool {
        !text.utf8.contains { $0 < 0x20 } && (try? JSONParser.parse(Array(text.utf8))) != nil
    }

    func text() -> [UInt8] {
        let description = model.description
        let trunk = description.trunk
        let provenance = model.file.provenance
        var line = PlainLine()
        line.begin()
        func row(_ name: String, _ text: String) {
            line.row(name, text, width: 12)
        }
        row("model", model.path)
        row("family", trunk.family.rawValue)
        row(
            "shape",
            "\(trunk.layers) layers, width \(trunk.width), \(trunk.heads) heads of \(trunk.headWidth) "
                + "(\(trunk.keyValueHeads) for keys and values), feed-forward \(trunk.feedForwardWidth)"
                + (trunk.isGated ? ", gated" : ""))
        row("weights", weights)
        row("input", description.input.words)
        row(
            "context",
            "\(description.context.rawValue)"
                + (description.sinks > 0 ? " with \(description.sinks) sink\(description.sinks == 1 ? "" : "s")" : "")
                + ", \(description.attention.rawValue), positions "
                + "\(trunk.positions.rawValue), pool \(description.pool.rawValue)")
        row("task", description.labels.isEmpty ? "none: embeds only" : description.task.rawValue)
        if !description.labels.isEmpty {
            row("labels", "\(description.labels.count): " + description.labels.joined(separator: ", "))
        }
        if let events = description.events { row("events", Self.words(events)) }
        row("file", Self.megabytes(model.file.byteCount))
        row("digest", model.file.digest)
        row("to run", "\(Self.megabytes(runBytes)): the file, and \(Self.megabytes(sessionBytes)) of buffers")
        row("licence", provenance.license.isEmpty ? "not stated" : provenance.license)
        for (index, source) in provenance.sources.enumerated() { row(index == 0 ? "sources" : "", source) }
        if !provenance.metrics.isEmpty { row("metrics", provenance.metrics) }
        row("converted", "by \(provenance.converterVersion) \(provenance.flags)")
        for (index, file) in provenance.files.enumerated() {
            row(index == 0 ? "from" : "", "\(file.digest.prefix(16))...  \(file.name)")
        }
        return line.bytes
    }

    private static func words(_ events: EventSettings) -> String {
        "scores over \(Float(events.smooth)) s, on after \(Float(events.onAfter)) s, off after "
            + "\(Float(events.offAfter)) s below \(Float(events.offBelow)) of the threshold"
    }

    /// Encodings in words, with how many matrices have each if they differ.
    private var weights: String {
        let encodings = encodings
        let differ = Self.distinct(encodings.map(\.planes)).count > 1
        let words = encodings.map {
            $0.name + ($0.groupSize > 0 ? ", groups of \($0.groupSize)" : "")
                + (differ && $0.planes > 1 ? ", two planes" : "")
        }
        let kinds = Self.distinct(words)
        guard kinds.count > 1 else { return kinds.first ?? "" }
        let counts = kinds.map { kind in "\(words.count { $0 == kind }) matrices in \(kind)" }
        return "mixed: " + counts.joined(separator: "; ")
    }

    private static func distinct<Value: Hashable>(_ values: [Value]) -> [Value] {
        var seen: Set<Value> = []
        return values.filter { seen.insert($0).inserted }
    }

    private static func megabytes(_ bytes: Int) -> String {
        var text = ByteBuffer()
        text.append(Double(bytes) / 1e6, places: 2)
        text.append(" MB")
        return String(decoding: text.bytes, as: UTF8.self)
    }
}
