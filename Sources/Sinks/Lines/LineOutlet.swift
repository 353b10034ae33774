import TacitConsole

/// The way of a stream's lines to where they are written: behind a queue, so that no reader holds up another sink.
///
/// A stream that goes on by itself never waits for the queue. One that can be read again at any speed does when the queue
/// is full, and nothing is lost; but beside other sinks no longer than a reader that takes nothing at all deserves.
package struct LineOutlet {
    private let queue: OutputQueue
    /// Where to, for people.
    let name: String

    /// - Parameters:
    ///   - drain: where lines go in the end.
    ///   - stream: says whether it waits, and whether others wait with it.
    ///   - capacity: of the queue, in bytes, at least.
    init(_ drain: any OutputDrain, _ stream: StreamDescription, capacity: Int) {
        name = drain.name
        let holdsUpOthers = stream.waits && !stream.hasOneSink
        queue = OutputQueue(
            drain, capacity: max(holdsUpOthers ? Self.largeCapacity : Self.usualCapacity, capacity),
            patience: !stream.waits ? 0 : holdsUpOthers ? Self.patience : .infinity, stop: Process.stop)
    }

    /// Some minute of labels.
    private static let usualCapacity = 16_384
    /// Some ten thousand labels: so far others get ahead of a reader that stands still, and nothing is lost.
    private static let largeCapacity = 1 << 22
    /// Seconds that others then wait for one that takes nothing.
    private static let patience = 10.0

    /// Whether a reader who had fallen behind is near enough again.
    var hasCaughtUp: Bool { queue.count <= queue.capacity / 4 }

    /// Takes a line whole or not at all. Half the queue is kept for lines that `mayFill` it.
    ///
    /// - Throws: what the drain has thrown.
    func write(_ line: [UInt8], mayFill: Bool) throws -> Bool {
        try queue.add(line, leaving: mayFill ? 0 : queue.capacity / 2)
    }

    /// Takes a screen unless the one before is still on its way: a newer one will follow.
    func write(screen: [UInt8]) throws -> Bool {
        try queue.isEmpty && queue.add(screen, leaving: 0, waits: false)
    }

    /// For the end of the stream: what can't be written is given up.
    ///
    /// - Throws: what the drain has thrown.
    func waitUntilEmpty() throws { try queue.waitUntilEmpty() }
}
