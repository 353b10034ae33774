/// The way of a stream's lines to where they are written.
package struct LineOutlet {
    private enum Way {
        /// Written at once; the stream waits. For what can be read again at any speed: nothing is lost.
        case direct
        /// Behind a queue that is never waited for. For what goes on whether anyone reads or not.
        case queued(OutputQueue)
    }

    private let way: Way
    private let drain: any OutputDrain
    /// Where to, for people.
    var name: String { drain.name }

    /// - Parameters:
    ///   - waits: whether the stream waits.
    ///   - capacity: of the queue, in bytes, at least.
    init(_ drain: any OutputDrain, waits: Bool, capacity: Int) {
        self.drain = drain
        way = waits ? .direct : .queued(OutputQueue(drain, capacity: max(Self.usualCapacity, capacity)))
    }

    /// Some minute of labels.
    private static let usualCapacity = 16_384

    /// Whether a reader who had fallen behind is near enough again.
    var hasCaughtUp: Bool {
        switch way {
        case .direct: true
        case .queued(let queue): queue.count <= queue.capacity / 4
        }
    }

    /// Takes a line whole or not at all. Half the queue is kept for lines that `mayFill` it.
    ///
    /// - Throws: what the drain throws, or has thrown.
    func write(_ line: [UInt8], mayFill: Bool) throws -> Bool {
        switch way {
        case .direct:
            try writeNow(line)
            return true
        case .queued(let queue):
            return try queue.add(line, leaving: mayFill ? 0 : queue.capacity / 2)
        }
    }

    /// Takes a screen unless the one before is still on its way: a newer one will follow.
    func write(screen: [UInt8]) throws -> Bool {
        switch way {
        case .direct:
            try writeNow(screen)
            return true
        case .queued(let queue):
            return try queue.isEmpty && queue.add(screen, leaving: 0)
        }
    }

    /// For the end of the stream: what can't be written is given up.
    ///
    /// - Throws: what the drain has thrown.
    func waitUntilEmpty() throws {
        if case .queued(let queue) = way { try queue.waitUntilEmpty() }
    }

    private func writeNow(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = try drain.write(UnsafeRawBufferPointer(rebasing: rest))
                guard count > 0 else { throw drain.failure }
                rest = rest.dropFirst(count)
            }
        }
    }
}
