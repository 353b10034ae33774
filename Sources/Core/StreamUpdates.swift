import TacitDiagnostics

/// What a stream has to tell, for `for try await`. The stream runs on a thread of its own, from the first update that
/// is asked for until it is over, stopped, or no longer read; a task that is cancelled stops it, and still gets an
/// `off` for every event that is on.
public struct StreamUpdates: AsyncSequence, Sendable {
    public typealias Element = StreamUpdate

    let run: StreamRun

    public func makeAsyncIterator() -> Iterator { Iterator(reader: Reader(run)) }

    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let reader: Reader

        /// - Throws: `TacitError`: whatever the stream ended by.
        public mutating func next() async throws -> StreamUpdate? { try await reader.next() }
    }

    /// Stops the stream when nobody has it any more.
    fileprivate final class Reader {
        private let run: StreamRun
        private let mailbox = Mailbox()
        private var hasBegun = false

        init(_ run: StreamRun) { self.run = run }

        deinit {
            guard hasBegun else { return }
            run.stop()
            mailbox.abandon()
        }

        func next() async throws -> StreamUpdate? {
            if !hasBegun { try begin() }
            hasBegun = true
            let (run, mailbox) = (run, mailbox)
            return try await withTaskCancellationHandler {
                try await mailbox.take()
            } onCancel: {
                run.stop()
            }
        }

        private func begin() throws {
            try DetachedThread.start(for: "the stream", failing: .inputOutput) { [run, mailbox] in
                do {
                    try run.run { mailbox.put($0) }
                    mailbox.close(nil)
                } catch {
                    mailbox.close(error)
                }
            }
        }
    }
}
