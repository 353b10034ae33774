import TacitConsole

/// The way of a stream's lines to standard output.
enum LineOutlet {
    /// Written at once; the stream waits for its reader. For what can be read again at any speed: nothing is lost.
    case direct
    /// Behind a queue that is never waited for. For what goes on whether anyone reads or not.
    case queued(OutputQueue)

    /// - Parameters:
    ///   - waits: whether the stream waits for its reader.
    ///   - capacity: of the queue, in bytes, at least.
    init(waits: Bool, capacity: Int) {
        self = waits ? .direct : .queued(OutputQueue(capacity: max(Self.usualCapacity, capacity)))
    }

    /// Some minute of labels.
    private static let usualCapacity = 16_384

    /// Whether a reader who had fallen behind is near enough again.
    var hasCaughtUp: Bool {
        switch self {
        case .direct: true
        case .queued(let queue): queue.count <= queue.capacity / 4
        }
    }

    /// Takes a line whole or not at all. Half the queue is kept for lines that `mayFill` it.
    ///
    /// - Throws: `StandardOutput.Closed` or `.Failed`, where it is written at once.
    func write(_ line: [UInt8], mayFill: Bool) throws -> Bool {
        switch self {
        case .direct:
            try StandardOutput.shared.write(line)
            return true
        case .queued(let queue):
            return queue.add(line, leaving: mayFill ? 0 : queue.capacity / 2)
        }
    }

    /// Takes a screen unless the one before is still on its way: a newer one will follow.
    func write(screen: [UInt8]) throws -> Bool {
        switch self {
        case .direct:
            try StandardOutput.shared.write(screen)
            return true
        case .queued(let queue):
            return queue.isEmpty && queue.add(screen, leaving: 0)
        }
    }

    func waitUntilEmpty() {
        if case .queued(let queue) = self { queue.waitUntilEmpty() }
    }
}
