import ArgumentParser

/// What a command does with sinks: which of the flags that are theirs its help shows.
protocol SinkUse {
    /// Of those that say how sinks are written to.
    static var writing: ArgumentVisibility { get }
    /// Of those that have something learned from what people say there.
    static var learning: ArgumentVisibility { get }
}

/// They are written to, and learned from.
enum SinksInUse: SinkUse {
    static var writing: ArgumentVisibility { .default }
    static var learning: ArgumentVisibility { .default }
}

/// They are written to, and a flag that would learn from them is refused.
enum SinksWrittenTo: SinkUse {
    static var writing: ArgumentVisibility { .default }
    static var learning: ArgumentVisibility { .hidden }
}

/// They are looked at. Flags of a stream that don't matter to that are taken all the same, so that its words can be
/// given as they are.
enum SinksLookedAt: SinkUse {
    static var writing: ArgumentVisibility { .hidden }
    static var learning: ArgumentVisibility { .default }
}
