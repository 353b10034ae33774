import Glibc
import TacitDiagnostics

/// Threads that nobody joins: they live as long as their bodies, or the program.
enum CaptureThreads {
    private final class Body {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// - Throws: `TacitError` (I/O error) where the system has no thread left, with `name` for what wanted it.
    static func start(for name: String, _ body: @escaping @Sendable () -> Void) throws {
        var thread = pthread_t()
        let body = Unmanaged.passRetained(Body(body))
        let failure = pthread_create(
            &thread, nil,
            { memory in
                guard let memory else { return nil }
                Unmanaged<Body>.fromOpaque(memory).takeRetainedValue().run()
                return nil
            }, body.toOpaque())
        guard failure == 0 else {
            body.release()
            throw TacitError(.inputOutput, file: name, String(cString: strerror(failure)))
        }
        pthread_detach(thread)
    }
}
