import CTacitMicrohttpd

/// What people say of events, on its way to the thread that learns and back.
extension PageServer {
    func correct(_ request: PageRequest, _ connection: OpaquePointer) -> Int32 {
        let (answer, corrections) = shared.locked { (request.answer, $0.news.stream.corrections) }
        if let answer { return give(answer, to: connection) }
        guard let corrections else {
            return give(
                .json(
                    CorrectionAnswer(
                        outcome: .refused,
                        words: "what is learned, and what from, has to be kept: start with --labels FILE and "
                            + "--to clips:DIR"
                    ).bytes, status: 409), to: connection)
        }
        let mayWait = shared.locked { state in
            if state.isEnding { return false }
            tacit_microhttpd_suspend_connection(connection)
            request.isWaiting = true
            state.waiting.append((request, connection))
            return true
        }
        guard mayWait else { return give(.words(503, "the program ends"), to: connection) }
        let asked = PageCorrection(self, request, connection)
        corrections.submit(request.body) { asked.isAnswered($0) }
        return Self.yes
    }
}

/// A correction on its way, for the thread that learns. The server's lock guards the request.
private final class PageCorrection: @unchecked Sendable {
    private let server: PageServer
    private let request: PageRequest
    private let connection: OpaquePointer

    init(_ server: PageServer, _ request: PageRequest, _ connection: OpaquePointer) {
        self.server = server
        self.request = request
        self.connection = connection
    }

    func isAnswered(_ answer: CorrectionAnswer) {
        let status: UInt32 =
            switch answer.outcome {
            case .learned: 200
            case .malformed: 400
            case .unknownEvent: 404
            case .refused: 409
            case .busy: 503
            case .failed: 500
            }
        server.shared.locked { state in
            // Whoever asked may have been told already that the program ends.
            guard request.isWaiting else { return }
            request.isWaiting = false
            request.answer = .json(answer.bytes, status: status)
            state.waiting.removeAll { $0.request === request }
            state.answered.append(connection)
        }
        server.wake()
    }
}
