import Glibc
import TacitConsole

/// A bounded queue before standard output, with a thread of its own that does the waiting.
///
/// Two buffers: one is filled while the other is written, whole. All memory is taken at the start. When standard
/// output can't be written any more, its thread ends the program, whatever the others are doing.
final class OutputQueue: @unchecked Sendable {
    /// Bytes that can wait.
    let capacity: Int

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    // All below is the mutex's, but what the writing thread reads of `written` while `isWriting`.
    private var filled: UnsafeMutablePointer<UInt8>
    private var written: UnsafeMutablePointer<UInt8>
    private var filledCount = 0
    private var isWriting = false

    /// - Parameter capacity: in bytes, at least that of the longest line.
    init(capacity: Int) {
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
            }, Unmanaged.passRetained(self).toOpaque())
        pthread_detach(thread)
    }

    /// Bytes that wait, those being written not counted.
    var count: Int { locked { filledCount } }

    /// Whether everything is written.
    var isEmpty: Bool { locked { filledCount == 0 && !isWriting } }

    /// Takes all of `bytes` if at least `reserve` bytes stay free, or nothing.
    func add(_ bytes: [UInt8], leaving reserve: Int) -> Bool {
        locked {
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

    func waitUntilEmpty() {
        locked {
            while filledCount > 0 || isWriting { pthread_cond_wait(changed, mutex) }
        }
    }

    private func serve() -> Never {
        while true {
            let count = locked {
                while filledCount == 0 { pthread_cond_wait(changed, mutex) }
                swap(&filled, &written)
                isWriting = true
                defer { filledCount = 0 }
                return filledCount
            }
            do {
                try StandardOutput.shared.write(UnsafeRawBufferPointer(start: written, count: count))
            } catch {
                ExitStatus.finish(error)
            }
            locked {
                isWriting = false
                pthread_cond_broadcast(changed)
            }
        }
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}
