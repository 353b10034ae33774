import ArgumentParser

/// What a command does with sinks: whether its help shows the flags that say how they are written to.
protocol SinkUse {
    static var writing: ArgumentVisibility { get }
}

/// They are written to.
enum SinksInUse: SinkUse {
    static var writing: ArgumentVisibility { .default }
}

/// They are looked at. Flags of a stream that don't matter to that are taken all the same, so that its words can be
/// given as they are.
enum SinksLookedAt: SinkUse {
    static var writing: ArgumentVisibility { .hidden }
}
