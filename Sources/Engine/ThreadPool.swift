import CTacitKernels
import Glibc
import Synchronization
import TacitDiagnostics

/// Work that several threads do together, each knowing which of them it is.
protocol ParallelWork: AnyObject {
    /// Called once on every thread; between its phases, all of them call `crew.wait()`.
    func perform(thread: Int, crew: ThreadPool.Crew)
}

/// A few threads that stay: handed work by a short spin, asleep when there is none for a while. The caller of `run` is
/// thread 0. Nothing is allocated by a hand-over.
final class ThreadPool {
    /// What the threads share.
    final class Crew: @unchecked Sendable {
        let count: Int
        fileprivate let generation = Atomic<Int>(0)
        fileprivate let finished = Atomic<Int>(0)
        fileprivate let sleepers = Atomic<Int>(0)
        fileprivate let stopping = Atomic<Bool>(false)
        private let arrived = Atomic<Int>(0)
        private let phase = Atomic<Int>(0)
        /// Set by the caller before the generation counts on, read by the others after it did.
        fileprivate nonisolated(unsafe) unowned(unsafe) var work: (any ParallelWork)?
        fileprivate let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        fileprivate let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

        fileprivate init(count: Int) {
            self.count = count
            pthread_mutex_init(mutex, nil)
            pthread_cond_init(wake, nil)
        }

        deinit {
            pthread_cond_destroy(wake)
            pthread_mutex_destroy(mutex)
            wake.deallocate()
            mutex.deallocate()
        }

        /// Returns once every thread of the crew has called it.
        func wait() {
            if count == 1 { return }
            let now = phase.load(ordering: .relaxed)
            if arrived.add(1, ordering: .acquiringAndReleasing).newValue == count {
                arrived.store(0, ordering: .relaxed)
                phase.store(now &+ 1, ordering: .releasing)
            } else {
                Self.spin { phase.load(ordering: .acquiring) != now }
            }
        }

        /// This thread's share of `total` items: a contiguous range, the shares as even as they can be.
        func share(_ total: Int, of thread: Int) -> Range<Int> {
            total * thread / count..<total * (thread + 1) / count
        }

        /// Spins until a condition holds, giving the processor away now and then: there may be fewer than threads.
        @inline(__always)
        fileprivate static func spin(until condition: () -> Bool) {
            var turns = 0
            while !condition() {
                turns &+= 1
                if turns & 1023 == 0 { sched_yield() } else { tacit_spin_hint() }
            }
        }

        /// What threads 1 and up do for all their life.
        fileprivate func serve(thread: Int) {
            var seen = 0
            while true {
                var turns = 0
                while generation.load(ordering: .acquiring) == seen, turns < 4096 {
                    turns += 1
                    tacit_spin_hint()
                }
                if generation.load(ordering: .acquiring) == seen { sleep(from: seen) }
                seen &+= 1
                if stopping.load(ordering: .acquiring) { return }
                work?.perform(thread: thread, crew: self)
                finished.add(1, ordering: .acquiringAndReleasing)
            }
        }

        private func sleep(from seen: Int) {
            pthread_mutex_lock(mutex)
            sleepers.add(1, ordering: .sequentiallyConsistent)
            while generation.load(ordering: .sequentiallyConsistent) == seen { pthread_cond_wait(wake, mutex) }
            sleepers.subtract(1, ordering: .sequentiallyConsistent)
            pthread_mutex_unlock(mutex)
        }

        fileprivate func start() {
            generation.add(1, ordering: .sequentiallyConsistent)
            if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
                pthread_mutex_lock(mutex)
                pthread_cond_broadcast(wake)
                pthread_mutex_unlock(mutex)
            }
        }
    }

    /// One thread's start: which it is, and of which crew.
    private final class Post {
        let thread: Int
        let crew: Crew
        init(thread: Int, crew: Crew) {
            self.thread = thread
            self.crew = crew
        }
    }

    private let crew: Crew
    private var handles: [pthread_t] = []

    /// Starts `threads - 1` threads.
    ///
    /// - Throws: `TacitError`: usage outside `Session.threadCounts`, input and output if the system has none to give.
    init(threads: Int) throws {
        guard Session.threadCounts.contains(threads) else {
            throw TacitError(.usage, "\(threads) threads asked for, expected \(Session.threadCounts)")
        }
        crew = Crew(count: threads)
        // Signals are the caller's affair.
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        for thread in 1..<max(threads, 1) {
            let post = Unmanaged.passRetained(Post(thread: thread, crew: crew))
            var handle = pthread_t()
            let status = pthread_create(
                &handle, nil,
                { argument in
                    guard let argument else { return nil }
                    let post = Unmanaged<Post>.fromOpaque(argument).takeRetainedValue()
                    post.crew.serve(thread: post.thread)
                    return nil
                }, post.toOpaque())
            guard status == 0 else {
                post.release()
                stop()
                throw TacitError(.inputOutput, "can't start thread \(thread + 1) of \(threads)")
            }
            handles.append(handle)
        }
    }

    deinit {
        stop()
    }

    private func stop() {
        crew.stopping.store(true, ordering: .releasing)
        crew.start()
        for handle in handles { pthread_join(handle, nil) }
        handles = []
    }

    /// Has every thread do its part, and returns when all are done.
    func run(_ work: any ParallelWork) {
        if crew.count == 1 {
            work.perform(thread: 0, crew: crew)
            return
        }
        crew.work = work
        crew.finished.store(0, ordering: .releasing)
        crew.start()
        work.perform(thread: 0, crew: crew)
        let others = crew.count - 1
        Crew.spin { crew.finished.load(ordering: .acquiring) == others }
        crew.work = nil
    }
}
