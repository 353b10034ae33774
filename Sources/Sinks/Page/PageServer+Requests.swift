import CTacitMicrohttpd
import Glibc
import TacitDiagnostics

/// What the library calls, on its own thread.
extension PageServer {
    static let no = Int32(TACIT_MICROHTTPD_NO)
    static let yes = Int32(TACIT_MICROHTTPD_YES)

    /// Called with a request's head, then with each part of its body, then when it is whole; of a correction, and of
    /// a picture that is waited for, once more when there is an answer.
    static let request:
        @convention(c) (
            UnsafeMutableRawPointer?, OpaquePointer?, UnsafePointer<CChar>?, UnsafePointer<CChar>?,
            UnsafePointer<CChar>?,
            UnsafePointer<CChar>?, UnsafeMutablePointer<Int>?, UnsafeMutablePointer<UnsafeMutableRawPointer?>?
        ) -> Int32 = { own, connection, path, method, _, body, count, place in
            guard let own, let connection, let path, let method, let count, let place else { return PageServer.no }
            let server = Unmanaged<PageServer>.fromOpaque(own).takeUnretainedValue()
            guard let known = place.pointee else {
                switch server.open(connection, path: String(cString: path), method: String(cString: method)) {
                case .success(let request):
                    place.pointee = Unmanaged.passRetained(request).toOpaque()
                    return PageServer.yes
                case .failure(let refusal):
                    server.unfinished.isWhole(connection)
                    return server.give(refusal.answer, to: connection)
                }
            }
            let request = Unmanaged<PageRequest>.fromOpaque(known).takeUnretainedValue()
            guard count.pointee == 0 else {
                // Read to its end, so that the answer arrives; unless there is none in sight.
                let room = max(0, PageRequest.longestBody - request.body.count)
                let part = UnsafeRawBufferPointer(start: body, count: min(count.pointee, room))
                request.body.append(contentsOf: part)
                request.bodyCount += count.pointee
                count.pointee = 0
                return request.bodyCount <= PageRequest.longestRead ? PageServer.yes : PageServer.no
            }
            server.unfinished.isWhole(connection)
            return server.answer(request, connection)
        }

    static let connected:
        @convention(c) (
            UnsafeMutableRawPointer?, OpaquePointer?, UnsafeMutablePointer<UnsafeMutableRawPointer?>?, Int32
        ) -> Void = { own, connection, _, how in
            guard let own, let connection else { return }
            let server = Unmanaged<PageServer>.fromOpaque(own).takeUnretainedValue()
            let socket = tacit_microhttpd_socket(connection)
            if how == Int32(TACIT_MICROHTTPD_STARTED), socket >= 0 {
                server.unfinished.isOpened(connection, socket: socket, now: Stopwatch.now)
            } else {
                server.unfinished.isClosed(connection)
            }
        }

    static let ended:
        @convention(c) (
            UnsafeMutableRawPointer?, OpaquePointer?, UnsafeMutablePointer<UnsafeMutableRawPointer?>?, Int32
        ) -> Void = { own, connection, place, how in
            guard let own, let connection, let place else { return }
            let server = Unmanaged<PageServer>.fromOpaque(own).takeUnretainedValue()
            server.unfinished.isAnswered(connection, now: Stopwatch.now)
            guard let known = place.pointee else { return }
            place.pointee = nil
            let request = Unmanaged<PageRequest>.fromOpaque(known).takeRetainedValue()
            guard request.route == .events else { return }
            let isTimedOut = how == Int32(TACIT_MICROHTTPD_TIMED_OUT)
            server.shared.locked { state in
                guard let index = state.readers.firstIndex(where: { $0.connection == connection }) else { return }
                let reader = state.readers.remove(at: index)
                if reader.isDropped || isTimedOut { state.left += 1 }
            }
        }

    private struct Refusal: Error {
        let answer: PageAnswer
    }

    /// A request's head is there.
    private func open(
        _ connection: OpaquePointer, path: String, method: String
    ) -> Result<PageRequest, Refusal> {
        func header(_ name: String) -> String? { Self.header(name, of: connection) }
        let target = PageTarget(path)
        let route = PageRoute(rawValue: target.path)
        // Whoever stands in front may have gone by the other one (RFC 9112, section 3.2).
        for name in ["Host", "Origin"] where tacit_microhttpd_count_headers(connection, name) > 1 {
            return .failure(Refusal(answer: .words(400, "more than one \(name)")))
        }
        let head = PageGuard.Head(
            host: target.host ?? header("Host"), origin: header("Origin"), authorization: header("Authorization"))
        if let refusal = access.refusal(head, isCorrection: route == .correct) {
            return .failure(Refusal(answer: refusal))
        }
        guard let route else { return .failure(Refusal(answer: .words(404, "there is no such page"))) }
        guard route.methods.contains(method) else {
            var answer = PageAnswer.words(405, "expected \(route.methods.joined(separator: " or "))")
            answer.headers.append(("Allow", route.methods.joined(separator: ", ")))
            return .failure(Refusal(answer: answer))
        }
        if let text = header("Content-Length") {
            guard let length = Int(text), (0...PageRequest.longestBody).contains(length) else {
                return .failure(
                    Refusal(answer: .words(413, "a body of at most \(PageRequest.longestBody) bytes is taken")))
            }
        }
        // No form of another page's can send this.
        if route == .correct, !PageGuard.isJSON(header("Content-Type")) {
            return .failure(Refusal(answer: .words(415, "expected application/json")))
        }
        return .success(PageRequest(route))
    }

    /// A request is there as a whole.
    private func answer(_ request: PageRequest, _ connection: OpaquePointer) -> Int32 {
        guard request.bodyCount <= PageRequest.longestBody else {
            return give(.words(413, "a body of at most \(PageRequest.longestBody) bytes is taken"), to: connection)
        }
        switch request.route {
        case .page: return give(file("text/html; charset=utf-8", PackageResources.page_html), to: connection)
        case .style: return give(file("text/css; charset=utf-8", PackageResources.page_css), to: connection)
        case .stateScript: return give(script(PackageResources.state_js), to: connection)
        case .labelsScript: return give(script(PackageResources.labels_js), to: connection)
        case .eventsScript: return give(script(PackageResources.events_js), to: connection)
        case .timelineScript: return give(script(PackageResources.timeline_js), to: connection)
        case .correctionsScript: return give(script(PackageResources.corrections_js), to: connection)
        case .pageScript: return give(script(PackageResources.page_js), to: connection)
        case .icon: return give(PageAnswer(status: 204, type: "image/x-icon", bytes: []), to: connection)
        case .metrics:
            return give(
                PageAnswer(status: 200, type: "text/plain; version=0.0.4; charset=utf-8", bytes: metrics),
                to: connection)
        case .health: return give(health, to: connection)
        case .state: return give(.json(state), to: connection)
        case .timeline: return give(.json(timeline), to: connection)
        case .picture: return look(request, connection)
        case .events: return follow(connection)
        case .socket: return upgrade(connection)
        case .correct: return correct(request, connection)
        }
    }

    private func script(_ bytes: [UInt8]) -> PageAnswer { file("text/javascript; charset=utf-8", bytes) }

    private func file(_ type: String, _ bytes: [UInt8]) -> PageAnswer {
        PageAnswer(status: 200, type: type, bytes: bytes)
    }

    static func header(_ name: String, of connection: OpaquePointer) -> String? {
        tacit_microhttpd_lookup_connection_value(connection, Int32(TACIT_MICROHTTPD_HEADER), name)
            .map { String(cString: $0) }
    }

    func give(_ answer: PageAnswer, to connection: OpaquePointer) -> Int32 {
        let made = answer.bytes.withUnsafeBytes {
            tacit_microhttpd_create_response_from_buffer($0.count, $0.baseAddress, Int32(TACIT_MICROHTTPD_COPY))
        }
        guard let made else { return Self.no }
        return queue(made, answer.status, answer.type, answer.headers, connection)
    }

    func queue(
        _ response: OpaquePointer, _ status: UInt32, _ type: String?, _ headers: [(String, String)],
        _ connection: OpaquePointer
    ) -> Int32 {
        defer { tacit_microhttpd_destroy_response(response) }
        let common = address.isLoopback ? PageAnswer.headersOnLoopback : PageAnswer.headers
        for (name, value) in common + headers + (type.map { [("Content-Type", $0)] } ?? []) {
            guard tacit_microhttpd_add_response_header(response, name, value) == Self.yes else { return Self.no }
        }
        return tacit_microhttpd_queue_response(connection, status, response)
    }
}
