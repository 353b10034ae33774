import TacitDiagnostics
import TacitLive

/// A stream that goes on as far as a program feeds it: what those of sound and of pictures have in common.
final class FedStream {
    private let stream: LiveStream
    private var names: [String]
    private var hasBegun = false
    private(set) var isOver = false
    /// Whether it is inside a call of the program's.
    private var isAtWork = false

    init(_ stream: LiveStream, names: [String]) {
        self.stream = stream
        self.names = names
    }

    func requireOpen() throws {
        if isOver { throw TacitError(.usage, "the stream is finished") }
    }

    /// False when the source has no more.
    func step(_ sink: any Sink) throws -> Bool {
        if !hasBegun { stream.begin(sink) }
        hasBegun = true
        return try stream.step(sink)
    }

    /// Tells what the source still has, and the end. `until` is asked after each step.
    ///
    /// - Returns: whether all is told; else it is to be called again.
    func finish(until isEnough: () -> Bool, _ sink: any Sink) throws -> Bool {
        guard !isOver else { return true }
        while try step(sink) {
            if isEnough() { return false }
        }
        isOver = true
        try stream.end(sink)
        return true
    }

    /// Calls `work` with a sink that turns what it is told into owned values.
    ///
    /// - Throws: `TacitError` (usage) where `body` is what calls. What `work` throws.
    func withUpdates(_ body: (StreamUpdate) throws -> Void, _ work: (UpdateSink) throws -> Void) throws {
        guard !isAtWork else {
            throw TacitError(.usage, "a closure that a stream tells can't push, skip or finish the same stream")
        }
        isAtWork = true
        defer { isAtWork = false }
        try withoutActuallyEscaping(body) { body in
            let sink = UpdateSink(names: names, body)
            // Labels may have come with this step, whatever ends it.
            defer {
                names = sink.names
                stream.forgetFailure()
            }
            try work(sink)
        }
    }
}
