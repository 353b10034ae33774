import TacitConsole

/// The way of a stream's lines to where they are written: behind a queue, so that no reader holds up another sink.
///
/// A stream that goes on by itself never waits for the queue. One that can be read again at any speed does when the queue
/// is full, and nothing is lost; but beside other sinks no longer than a reader that takes nothing at all deserves. Where
/// there are no others and the drain can be called off, there is nothing that a queue would be good for.
package struct LineOutlet {
    private enum Way {
        case direct
        case queued(Queue)
    }

    /// Has the queue's thread end once nobody can add to it any more.
    private final class Queue {
        let queue: OutputQueue

        init(_ queue: OutputQueue) { self.queue = queue }

        deinit { queue.close() }
    }

    private let way: Way
    private let drain: any OutputDrain
    /// Bytes of the queue that are kept for what `mayFill` it.
    private let reserve: Int
    /// Where to, for people.
    var name: String { drain.name }

    /// - Parameters:
    ///   - drain: where lines go in the end.
    ///   - stream: says whether it waits, and whether others wait with it.
    ///   - capacity: of the queue, in bytes, at least.
    /// - Throws: `TacitError` (I/O error) where the system has no thread left.
    init(_ drain: any OutputDrain, _ stream: StreamDescription, capacity: Int) throws {
        self.drain = drain
        let usual = max(Self.usualCapacity, capacity)
        reserve = usual / 2
        // A stream of several can be ended by itself, and then waits for no one.
        if stream.waitsForReaders, stream.hasOneSink, drain.canBeCalledOff, !stream.isOneOfMany {
            way = .direct
        } else {
            let holdsUpOthers = stream.waitsForReaders && !stream.hasOneSink
            way = .queued(
                Queue(
                    try OutputQueue(
                        drain, capacity: holdsUpOthers ? max(Self.largeCapacity, usual) : usual,
                        patience: !stream.waitsForReaders ? 0 : holdsUpOthers ? Self.patience : .infinity,
                        stop: stream.stop)))
        }
    }

    /// Some minute of labels.
    private static let usualCapacity = 16_384
    /// Some twenty thousand labels: so far others get ahead of a reader that stands still, and nothing is lost.
    private static let largeCapacity = 1 << 23
    /// Seconds that others then wait for one that takes nothing.
    private static let patience = 10.0

    /// What is wrong where lines wait, for people.
    var trouble: StaticString { drain.isInTrouble ? " can't be written" : " is read too slowly" }

    /// Whether a reader who had fallen behind is near enough again.
    var hasCaughtUp: Bool {
        switch way {
        case .direct: true
        case .queued(let own): own.queue.count <= own.queue.capacity / 4
        }
    }

    /// Takes a line whole or not at all. A part of the queue is kept for lines that `mayFill` it.
    ///
    /// - Throws: what the drain throws, or has thrown.
    func write(_ line: [UInt8], mayFill: Bool) throws -> Bool {
        switch way {
        case .direct:
            try writeNow(line)
            return true
        case .queued(let own): return try own.queue.add(line, leaving: mayFill ? 0 : reserve)
        }
    }

    /// Takes a screen unless the one before is still on its way: a newer one will follow.
    func write(screen: [UInt8]) throws -> Bool {
        switch way {
        case .direct:
            try writeNow(screen)
            return true
        case .queued(let own): return try own.queue.isEmpty && own.queue.add(screen, leaving: 0, waits: false)
        }
    }

    /// For the end of the stream: what can't be written is given up.
    ///
    /// - Throws: what the drain has thrown.
    func waitUntilEmpty() throws {
        if case .queued(let own) = way { try own.queue.waitUntilEmpty() }
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
