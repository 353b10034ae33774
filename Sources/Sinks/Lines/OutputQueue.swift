import Glibc

/// A bounded queue before a drain, with a thread of its own that does the waiting.
///
/// Two buffers: one is filled while the other is written, whole. All memory is taken at the start. What the drain can't
/// take now stays, and is tried again every second; what it can never take is thrown to whoever adds more.
package final class OutputQueue: @unchecked Sendable {
    /// Bytes that can wait.
    package let capacity: Int

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    // All below is the mutex's, but what the writing thread reads of `written` while `isWriting`.
    private var filled: UnsafeMutablePointer<UInt8>
    private var written: UnsafeMutablePointer<UInt8>
    private var filledCount = 0
    private var isWriting = false
    /// The end has come: what can't be written now is given up.
    private var isEnding = false
    private var failure: (any Error)?
    private let drain: any OutputDrain

    /// - Parameters:
    ///   - drain: where lines go in the end.
    ///   - capacity: in bytes, at least that of the longest line.
    package init(_ drain: any OutputDrain, capacity: Int) {
        self.drain = drain
        self.capacity = capacity
        filled = .allocate(capacity: capacity)
        filled.initialize(repeating: 0, count: capacity)
        written = .allocate(capacity: capacity)
        written.initialize(repeating: 0, count: capacity)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
        var thread = pthread_t()
        // It lives as long as the program.
        pthread_create(
            &thread, nil,
            { queue in
                guard let queue else { return nil }
                Unmanaged<OutputQueue>.fromOpaque(queue).takeUnretainedValue().serve()
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        pthread_detach(thread)
    }

    /// Bytes that wait, those being written not counted.
    package var count: Int { locked { filledCount } }

    /// Whether everything is written.
    package var isEmpty: Bool { locked { filledCount == 0 && !isWriting } }

    /// Takes all of `bytes` if at least `reserve` bytes stay free, or nothing.
    ///
    /// - Throws: what the drain threw, if it can't be written any more.
    package func add(_ bytes: [UInt8], leaving reserve: Int) throws -> Bool {
        try locked {
            if let failure { throw failure }
            guard bytes.count <= capacity - reserve - filledCount else { return false }
            bytes.withUnsafeBufferPointer { bytes in
                guard let base = bytes.baseAddress else { return }
                (filled + filledCount).update(from: base, count: bytes.count)
            }
            filledCount += bytes.count
            pthread_cond_broadcast(changed)
            return true
        }
    }

    /// Waits until everything is written, or given up.
    ///
    /// - Throws: what the drain threw, if it can't be written any more.
    package func waitUntilEmpty() throws {
        try locked {
            isEnding = true
            pthread_cond_broadcast(changed)
            while failure == nil, filledCount > 0 || isWriting { pthread_cond_wait(changed, mutex) }
            if let failure { throw failure }
        }
    }

    private func serve() {
        while true {
            let count = locked {
                while filledCount == 0 { pthread_cond_wait(changed, mutex) }
                swap(&filled, &written)
                isWriting = true
                defer { filledCount = 0 }
                return filledCount
            }
            do {
                try empty(count)
            } catch {
                locked {
                    failure = error
                    isWriting = false
                    filledCount = 0
                    pthread_cond_broadcast(changed)
                }
                return drain.hasFailed(error)
            }
            locked {
                isWriting = false
                pthread_cond_broadcast(changed)
            }
        }
    }

    private func empty(_ count: Int) throws {
        var done = 0
        while done < count {
            let taken = try drain.write(UnsafeRawBufferPointer(start: written + done, count: count - done))
            done += taken
            if taken == 0, !waitToTryAgain() { throw drain.failure }
        }
    }

    /// For a second, or until the end comes. False when it had come before: there is no other try.
    private func waitToTryAgain() -> Bool {
        locked {
            guard !isEnding else { return false }
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            time.tv_sec += 1
            pthread_cond_timedwait(changed, mutex, &time)
            return true
        }
    }

    private func locked<Result>(_ body: () throws -> Result) rethrows -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body()
    }
}
