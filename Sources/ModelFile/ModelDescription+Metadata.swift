import TacitDiagnostics

extension ModelDescription {
    /// Reads and validates.
    init(reading metadata: Metadata) throws {
        self.init(
            trunk: try TrunkDescription(reading: metadata),
            input: try InputDescription(reading: metadata),
            attention: try metadata.choice(MetadataKey.attention, Attention.self),
            context: try metadata.choice(MetadataKey.context, Context.self),
            sinks: try metadata.optionalInteger(MetadataKey.sinks) ?? 0,
            pool: try metadata.choice(MetadataKey.pool, Pool.self),
            task: try metadata.choice(MetadataKey.task, Task.self),
            labels: try metadata.strings(MetadataKey.labels),
            thresholds: try metadata.floats(MetadataKey.thresholds),
            events: try EventSettings(reading: metadata),
            patchHiddenWidth: try metadata.integer(MetadataKey.patchHiddenWidth),
            hasHeadNorm: try metadata.bool(MetadataKey.headNorm),
            learning: try LearningHead(reading: metadata))
        try validate()
    }

    /// The description must be valid.
    func write(to metadata: inout Metadata) {
        trunk.write(to: &metadata)
        input.write(to: &metadata)
        metadata.append(MetadataKey.attention, .string(attention.rawValue))
        metadata.append(MetadataKey.context, .string(context.rawValue))
        if sinks > 0 { metadata.append(MetadataKey.sinks, .uint32(UInt32(sinks))) }
        metadata.append(MetadataKey.pool, .string(pool.rawValue))
        metadata.append(MetadataKey.task, .string(task.rawValue))
        metadata.append(MetadataKey.labels, .strings(labels))
        metadata.append(MetadataKey.thresholds, .float32s(thresholds))
        events?.write(to: &metadata)
        metadata.append(MetadataKey.patchHiddenWidth, .uint32(UInt32(patchHiddenWidth)))
        metadata.append(MetadataKey.headNorm, .bool(hasHeadNorm))
        learning?.write(to: &metadata)
    }

    /// The earliest layout that can say all of it: a reader that knows only those before refuses the file.
    var layoutVersion: Int { sinks > 0 ? 3 : trunk.needsLaterLayout ? 2 : 1 }
}

extension EventSettings {
    /// Nil for a file that says nothing of events, as those made before they could; one that says a part says all.
    fileprivate init?(reading metadata: Metadata) throws {
        func double(_ field: String) throws -> Double { try metadata.double(MetadataKey.events(field)) }
        let fields = ["smooth", "on_after", "off_below", "off_after"]
        guard fields.contains(where: { metadata[MetadataKey.events($0)] != nil }) else { return nil }
        self.init(
            smooth: try double("smooth"), onAfter: try double("on_after"), offAfter: try double("off_after"),
            offBelow: try double("off_below"))
    }

    fileprivate func write(to metadata: inout Metadata) {
        metadata.append(MetadataKey.events("smooth"), .float64(smooth))
        metadata.append(MetadataKey.events("on_after"), .float64(onAfter))
        metadata.append(MetadataKey.events("off_below"), .float64(offBelow))
        metadata.append(MetadataKey.events("off_after"), .float64(offAfter))
    }
}

extension InputDescription {
    fileprivate init(reading metadata: Metadata) throws {
        let name = try metadata.string(MetadataKey.input("kind"))
        guard let kind = Self.kind(named: name) else {
            throw TacitError(.badData, place: MetadataKey.input("kind"), "\(name) is not one of \(Self.names)")
        }
        self = try kind.init(reading: metadata).input
    }

    fileprivate func write(to metadata: inout Metadata) {
        metadata.append(MetadataKey.input("kind"), .string(type(of: kind).name.description))
        kind.write(to: &metadata)
    }
}

/// Nothing is left to a standard value in a model file.
extension Metadata: InputReader, InputWriter {
    package func size(_ name: String, standard: Int?) throws -> Int { try integer(MetadataKey.input(name)) }
    package func number(_ name: String) throws -> Double { try double(MetadataKey.input(name)) }
    package func numbers(_ name: String) throws -> [Double] { try doubles(MetadataKey.input(name)) }

    package mutating func size(_ name: StaticString, _ value: Int) {
        append(MetadataKey.input(name.description), .uint32(UInt32(value)))
    }
    package mutating func number(_ name: StaticString, _ value: Double) {
        append(MetadataKey.input(name.description), .float64(value))
    }
    package mutating func numbers(_ name: StaticString, _ values: [Double]) {
        append(MetadataKey.input(name.description), .float64s(values))
    }
}
