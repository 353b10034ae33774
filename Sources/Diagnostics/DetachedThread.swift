import Glibc
import TacitDiagnostics

/// A thread that nobody joins: it lives as long as its body, or the program.
enum DetachedThread {
    private final class Body {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// - Throws: `TacitError` (output) where the system has no thread left, with `name` for what wanted it.
    static func start(for name: String, _ body: @escaping @Sendable () -> Void) throws {
        var thread = pthread_t()
        let body = Unmanaged.passRetained(Body(body))
        let failure = pthread_create(
            &thread, nil,
            { body in
                guard let body else { return nil }
                Unmanaged<Body>.fromOpaque(body).takeRetainedValue().run()
                return nil
            }, body.toOpaque())
        guard failure == 0 else {
            body.release()
            throw TacitError(.cannotCreate, file: name, String(cString: strerror(failure)))
        }
        pthread_detach(thread)
    }
}
