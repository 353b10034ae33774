import TacitLive
import TacitText

/// What the clips of a stream are called, and which of them belong to events that are on.
struct ClipNames {
    private let kind: ClipName.Kind
    private var slugs: [String]
    /// `[labels]`
    private var names: [ClipName?]

    init(_ stream: StreamDescription, kind: ClipName.Kind) {
        self.kind = kind
        slugs = Slug.distinct(stream.eventNames)
        names = Array(repeating: nil, count: slugs.count)
    }

    /// The stream has other labels from now on, behind those that there were.
    mutating func relabel(_ labels: StreamLabels) {
        slugs = Slug.distinct(labels.eventNames)
        names += Array(repeating: nil, count: max(0, slugs.count - names.count))
    }

    /// Of an event that goes on.
    func name(_ event: LiveEvent) -> ClipName { ClipName(of: event, slug: slugs[event.label], kind: kind) }

    mutating func keep(_ name: ClipName, of event: LiveEvent) { names[event.label] = name }

    /// Of an event that goes off; nil if it has no clip.
    mutating func take(_ event: LiveEvent) -> ClipName? {
        defer { names[event.label] = nil }
        return names[event.label]
    }
}
