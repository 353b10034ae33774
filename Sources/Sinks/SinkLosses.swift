import Synchronization

/// What sinks could not take, counted since the program began, by kind of sink.
enum SinkLosses: String, CaseIterable {
    /// Events that a broker was too slow for.
    case mqtt
    /// Events that no command was run for.
    case exec
    /// Events without a clip.
    case clips
    /// Labels and events that were not written, for a slow reader.
    case lines

    private struct Counts: ~Copyable, Sendable {
        let mqtt = Atomic<Int>(0)
        let exec = Atomic<Int>(0)
        let clips = Atomic<Int>(0)
        let lines = Atomic<Int>(0)
    }

    private static let counts = Counts()

    /// From any thread. Allocates nothing.
    func add() {
        switch self {
        case .mqtt: Self.counts.mqtt.wrappingAdd(1, ordering: .relaxed)
        case .exec: Self.counts.exec.wrappingAdd(1, ordering: .relaxed)
        case .clips: Self.counts.clips.wrappingAdd(1, ordering: .relaxed)
        case .lines: Self.counts.lines.wrappingAdd(1, ordering: .relaxed)
        }
    }

    var total: Int {
        switch self {
        case .mqtt: Self.counts.mqtt.load(ordering: .relaxed)
        case .exec: Self.counts.exec.load(ordering: .relaxed)
        case .clips: Self.counts.clips.load(ordering: .relaxed)
        case .lines: Self.counts.lines.load(ordering: .relaxed)
        }
    }
}
