import TacitDiagnostics

/// What a stream has to tell, for `for try await`. The stream runs on a thread of its own, from the first update that
/// is asked for until it is over, stopped, or no longer read; a task that is cancelled stops it, and still gets an
/// `off` for every event that is on.
public struct StreamUpdates: AsyncSequence, Sendable {
    public typealias Element = StreamUpdate

    let run: StreamRun

    /// - Returns: one reader of the stream. While another one runs it, the first `next` throws a `TacitError` (usage).
    public func makeAsyncIterator() -> Iterator { Iterator(reader: Reader(run)) }

    /// One reader of the stream: it begins with the first update that is asked for.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let reader: Reader

        /// - Throws: `TacitError`: whatever the stream ended by.
        public mutating func next() async throws -> StreamUpdate? { try await reader.next() }
    }

    /// Stops the run that it began when nobody has it any more; another's it leaves alone.
    fileprivate final class Reader {
        private let stream: StreamRun
        private let mailbox = Mailbox()
        private var isFirst = true
        private var run: Int?

        init(_ stream: StreamRun) { self.stream = stream }

        deinit {
            guard let run else { return }
            stream.stop(run)
            mailbox.abandon()
        }

        func next() async throws -> StreamUpdate? {
            if isFirst {
                isFirst = false
                run = try begin()
            }
            guard let run else { return nil }
            let (stream, mailbox) = (stream, mailbox)
            return try await withTaskCancellationHandler {
                try await mailbox.take()
            } onCancel: {
                stream.stop(run)
            }
        }

        private func begin() throws -> Int {
            let run = try stream.begin()
            do {
                try DetachedThread.start(for: "the stream", failing: .inputOutput) { [stream, mailbox] in
                    do {
                        try stream.runBegun { mailbox.put($0) }
                        mailbox.close(nil)
                    } catch {
                        mailbox.close(error)
                    }
                }
            } catch {
                stream.giveBack()
                throw error
            }
            return run
        }
    }
}
