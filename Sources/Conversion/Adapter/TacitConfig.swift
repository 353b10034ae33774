import TacitDiagnostics
import TacitModelFile
import TacitText

/// `tacit.json`: what stands around the trunk.
struct TacitConfig {
    enum Positions: String, CaseIterable {
        case base, learned, none
    }

    let settings: ConfigObject
    let input: InputDescription
    let positions: Positions
    let attention: ModelDescription.Attention
    let context: ModelDescription.Context
    let sinks: Int
    let pool: ModelDescription.Pool
    let task: ModelDescription.Task
    let labels: [String]
    let thresholds: [Float]
    let events: EventSettings?
    /// As JSON text; empty if there is none.
    let metrics: String
    /// Levels of the trunk that labels are learned by, cells of a picture each way, patches of a stretch, and how many
    /// points of what else there is count for taught labels alone; nil without `learning`.
    let learning: (levels: [Int], grid: Int, stretch: Int, taughtOthers: Int)?
    let license: String
    let sources: [String]
    /// SHA-256 of the base's files of weights that the adapter was made over, by their names; empty if it does not say.
    let baseDigests: [JSONMember]

    init(_ settings: ConfigObject) throws {
        self.settings = settings
        try settings.refuseOthers(than: [
            "version", "input", "positions", "attention", "context", "sinks", "pool", "task", "labels", "thresholds",
            "events",
            "metrics", "license", "sources", "base", "learning",
        ])
        let version = try settings.integer("version")
        guard version == 1 else { throw settings.fault("version", "expected 1, found \(version)") }
        input = try Self.input(settings.object("input"))
        positions = try settings.choice("positions", Positions.self)
        attention = try settings.optionalChoice("attention", ModelDescription.Attention.self) ?? .causal
        context = try settings.optionalChoice("context", ModelDescription.Context.self) ?? .restart
        sinks = try settings.optionalInteger("sinks") ?? 0
        guard (0...ModelLimits.sinks).contains(sinks) else {
            throw settings.fault("sinks", "expected 0 to \(ModelLimits.sinks), found \(sinks)")
        }
        pool = try settings.choice("pool", ModelDescription.Pool.self)
        task = try settings.choice("task", ModelDescription.Task.self)
        guard let labels = try settings.optionalStrings("labels"), !labels.isEmpty else {
            throw settings.fault("labels", "expected at least one label")
        }
        self.labels = labels
        thresholds =
            settings["thresholds"] == nil
            ? [Float](repeating: 0.5, count: labels.count) : try settings.numbers("thresholds").map { Float($0) }
        events = try settings.optionalObject("events").map(Self.events)
        metrics =
            try settings.optionalObject("metrics").map { metrics in
                for key in metrics.keys { if case .number = metrics[key] { _ = try metrics.number(key) } }
                return JSONValue.object(metrics.members).text
            } ?? ""
        learning = try settings.optionalObject("learning").map { learning in
            try learning.refuseOthers(than: ["levels", "grid", "stretch", "taught_others"])
            guard let levels = try learning.optionalIntegers("levels") else {
                throw learning.fault("levels", "expected the levels of the trunk, such as [2, 4, 8]")
            }
            return (
                levels, try learning.optionalInteger("grid") ?? 1, try learning.optionalInteger("stretch") ?? 0,
                try learning.optionalInteger("taught_others") ?? 0
            )
        }
        license = try settings.optionalString("license") ?? ""
        sources = try settings.optionalStrings("sources") ?? []
        baseDigests = try settings.optionalObject("base")?.members ?? []
    }

    /// What is left out is as it is where there are no `events`.
    private static func events(_ settings: ConfigObject) throws -> EventSettings {
        try settings.refuseOthers(than: ["smooth", "on_after", "off_below", "off_after"])
        return EventSettings().changed(
            smooth: try settings.optionalNumber("smooth"), onAfter: try settings.optionalNumber("on_after"),
            offAfter: try settings.optionalNumber("off_after"), offBelow: try settings.optionalNumber("off_below"))
    }

    private static func input(_ settings: ConfigObject) throws -> InputDescription {
        let name = try settings.string("kind")
        guard let kind = InputDescription.kind(named: name) else {
            throw settings.fault("kind", "\(name) is not one of \(InputDescription.names)")
        }
        try settings.refuseOthers(than: Set(["kind"] + kind.keys))
        // Asked for first, since without them others have no value either.
        for name in kind.standards { _ = try settings.size(name) }
        return try kind.init(reading: settings).input
    }
}

extension ConfigObject: InputReader {
    func size(_ name: String, standard: Int?) throws -> Int { try size(name, default: standard) }
}
