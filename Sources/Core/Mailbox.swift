import Glibc
import TacitDiagnostics

/// Updates on their way from a stream's thread to a task: few at a time, so that a reader who is late holds the stream
/// up instead of losing anything. What a microphone then loses it tells itself, as a gap.
final class Mailbox: @unchecked Sendable {
    private static let capacity = 64

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let hasRoom = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var updates: [StreamUpdate] = []
    private var reader: CheckedContinuation<StreamUpdate?, any Error>?
    private var isOver = false
    private var failure: (any Error)?
    private var isAbandoned = false

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(hasRoom, nil)
    }

    deinit {
        pthread_cond_destroy(hasRoom)
        pthread_mutex_destroy(mutex)
        hasRoom.deallocate()
        mutex.deallocate()
    }

    /// Waits until there is room, for as long as there may be a reader.
    func put(_ update: StreamUpdate) {
        pthread_mutex_lock(mutex)
        while updates.count >= Self.capacity, !isAbandoned { pthread_cond_wait(hasRoom, mutex) }
        let reader = self.reader
        self.reader = nil
        if reader == nil, !isAbandoned { updates.append(update) }
        pthread_mutex_unlock(mutex)
        reader?.resume(returning: update)
    }

    /// Nothing comes any more, because of this error if there is one.
    func close(_ error: (any Error)?) {
        pthread_mutex_lock(mutex)
        isOver = true
        let reader = self.reader
        self.reader = nil
        if reader == nil { failure = error }
        pthread_mutex_unlock(mutex)
        if let error { reader?.resume(throwing: error) } else { reader?.resume(returning: nil) }
    }

    /// Nobody reads any more.
    func abandon() {
        pthread_mutex_lock(mutex)
        isAbandoned = true
        updates.removeAll()
        pthread_cond_signal(hasRoom)
        pthread_mutex_unlock(mutex)
    }

    /// The next update; nil after the last.
    func take() async throws -> StreamUpdate? {
        try await withCheckedThrowingContinuation { take($0) }
    }

    private func take(_ continuation: CheckedContinuation<StreamUpdate?, any Error>) {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        if !updates.isEmpty {
            let update = updates.removeFirst()
            pthread_cond_signal(hasRoom)
            continuation.resume(returning: update)
        } else if let failure {
            self.failure = nil
            continuation.resume(throwing: failure)
        } else if isOver {
            continuation.resume(returning: nil)
        } else if reader != nil {
            continuation.resume(throwing: TacitError(.usage, "another task is waiting for the same updates"))
        } else {
            reader = continuation
        }
    }
}
