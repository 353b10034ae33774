import TacitDiagnostics

/// Updates on their way from a stream's thread to a task: few at a time, so that a reader who is late holds the stream
/// up instead of losing anything. What a microphone then loses it tells itself, as a gap.
final class Mailbox: Sendable {
    private typealias Reader = CheckedContinuation<StreamUpdate?, any Error>

    private struct State {
        var updates: [StreamUpdate] = []
        var reader: Reader?
        var isOver = false
        var failure: (any Error)?
        var isAbandoned = false

        mutating func takeReader() -> Reader? {
            defer { reader = nil }
            return reader
        }
    }

    private static let capacity = 64

    private let shared = Guarded(State())

    /// Waits until there is room, for as long as there may be a reader.
    func put(_ update: StreamUpdate) {
        let reader: Reader? = shared.wait { state in
            guard state.updates.count < Self.capacity || state.isAbandoned else { return nil }
            let reader = state.takeReader()
            if reader == nil, !state.isAbandoned { state.updates.append(update) }
            return .some(reader)
        }
        reader?.resume(returning: update)
    }

    /// Nothing comes any more, because of this error if there is one.
    func close(_ error: (any Error)?) {
        let reader = shared.locked { state in
            state.isOver = true
            let reader = state.takeReader()
            if reader == nil { state.failure = error }
            return reader
        }
        if let error { reader?.resume(throwing: error) } else { reader?.resume(returning: nil) }
    }

    /// Nobody reads any more.
    func abandon() {
        shared.locked { state in
            state.isAbandoned = true
            state.updates.removeAll()
        }
        shared.signal()
    }

    /// The next update; nil after the last.
    func take() async throws -> StreamUpdate? {
        try await withCheckedThrowingContinuation { take($0) }
    }

    private func take(_ continuation: Reader) {
        let answer: Result<StreamUpdate?, any Error>? = shared.locked { state in
            if !state.updates.isEmpty { return .success(state.updates.removeFirst()) }
            if let failure = state.failure {
                state.failure = nil
                return .failure(failure)
            }
            if state.isOver { return .success(nil) }
            if state.reader != nil {
                return .failure(TacitError(.usage, "another task is waiting for the same updates"))
            }
            state.reader = continuation
            return nil
        }
        guard let answer else { return }
        shared.signal()
        continuation.resume(with: answer)
    }
}
