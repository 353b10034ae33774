import CTacitMicrohttpd
import TacitDiagnostics

/// The last picture, for which whoever looks first has to wait.
extension PageServer {
    /// Seconds that the next picture is waited for: a camera may take some for one in the dark.
    private static let pictureSeconds = 5.0

    func look(_ request: PageRequest, _ connection: OpaquePointer) -> Int32 {
        guard case .pictures = shared.locked({ $0.news.stream.sense }) else {
            return give(.words(404, "this stream has no pictures"), to: connection)
        }
        if picture.look() { return give(lastPicture, to: connection) }
        let (mayWait, isOver) = shared.locked { state in
            if state.isEnding || request.hasWaited { return (false, state.isEnding) }
            tacit_microhttpd_suspend_connection(connection)
            request.hasWaited = true
            state.lookers.append((request, connection, Stopwatch.now + Self.pictureSeconds))
            return (true, false)
        }
        guard mayWait else {
            return give(
                isOver ? .words(503, "the program ends") : .words(404, "there is no picture yet"), to: connection)
        }
        wake()
        return Self.yes
    }

    /// Has those who wait ask again, once there is something or they have waited for long enough.
    func showPicture(_ now: Double, _ state: inout State) {
        guard !state.lookers.isEmpty else { return }
        let isOver = picture.isThere || state.isEnding
        state.lookers.removeAll { looker in
            guard isOver || now >= looker.deadline else { return false }
            tacit_microhttpd_resume_connection(looker.connection)
            return true
        }
    }

    private var lastPicture: PageAnswer {
        guard let bytes = picture.jpeg() else { return .words(500, "the picture can't be encoded") }
        return PageAnswer(status: 200, type: "image/jpeg", bytes: bytes)
    }
}
