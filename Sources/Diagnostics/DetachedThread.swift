import Glibc

/// A thread that nobody joins: it lives as long as its body, or the program.
package enum DetachedThread {
    private final class Body {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// - Parameters:
    ///   - name: of what wants it, for an error.
    ///   - kind: of that error.
    ///   - body: what it does.
    /// - Throws: `TacitError` of this kind where the system has no thread left.
    package static func start(
        for name: String, failing kind: TacitError.Kind, _ body: @escaping @Sendable () -> Void
    ) throws {
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
            throw TacitError.system(kind, failure, file: name, what: "no thread is to be had")
        }
        pthread_detach(thread)
    }
}
