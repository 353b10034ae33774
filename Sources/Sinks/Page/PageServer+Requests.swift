import CTacitMicrohttpd
import Glibc

/// What the library calls, on its own thread.
extension PageServer {
    private static let no = Int32(TACIT_MICROHTTPD_NO)
    private static let yes = Int32(TACIT_MICROHTTPD_YES)

    /// Called with a request's head, then with each part of its body, then when it is whole; of a correction once more when
    /// there is an answer.
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
                case .failure(let refusal): return server.give(refusal.answer, to: connection)
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
            return server.answer(request, connection)
        }

    static let ended:
        @convention(c) (
            UnsafeMutableRawPointer?, OpaquePointer?, UnsafeMutablePointer<UnsafeMutableRawPointer?>?, Int32
        ) -> Void = { own, connection, place, how in
            guard let own, let connection, let place, let known = place.pointee else { return }
            place.pointee = nil
            let server = Unmanaged<PageServer>.fromOpaque(own).takeUnretainedValue()
            let request = Unmanaged<PageRequest>.fromOpaque(known).takeRetainedValue()
            guard request.route == .events else { return }
            let isTimedOut = how == Int32(TACIT_MICROHTTPD_TIMED_OUT)
            server.monitor.locked {
                guard let index = server.readers.firstIndex(where: { $0.connection == connection }) else { return }
                let reader = server.readers.remove(at: index)
                if reader.isDropped || isTimedOut { server.left += 1 }
                server.monitor.signal()
            }
        }

    private struct Refusal: Error {
        let answer: PageAnswer
    }

    /// A request's head is there.
    private func open(
        _ connection: OpaquePointer, path: String, method: String
    ) -> Result<PageRequest, Refusal> {
        func header(_ name: String) -> String? {
            tacit_microhttpd_lookup_connection_value(connection, Int32(TACIT_MICROHTTPD_HEADER), name)
                .map { String(cString: $0) }
        }
        let route = PageRoute(rawValue: path)
        let head = PageGuard.Head(
            host: header("Host"), origin: header("Origin"), authorization: header("Authorization"))
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
        if route == .correct, header("Content-Type")?.split(separator: ";").first != "application/json" {
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
        case .script: return give(file("text/javascript; charset=utf-8", PackageResources.page_js), to: connection)
        case .icon: return give(PageAnswer(status: 204, type: "image/x-icon", bytes: []), to: connection)
        case .metrics:
            return give(
                PageAnswer(status: 200, type: "text/plain; version=0.0.4; charset=utf-8", bytes: metrics),
                to: connection)
        case .health: return give(health, to: connection)
        case .state: return give(.json(state), to: connection)
        case .timeline: return give(.json(timeline), to: connection)
        case .picture:
            guard let bytes = picture.jpeg() else {
                return give(.words(404, "there is no picture yet"), to: connection)
            }
            return give(PageAnswer(status: 200, type: "image/jpeg", bytes: bytes), to: connection)
        case .events: return follow(connection)
        case .socket: return upgrade(connection)
        case .correct: return correct(request, connection)
        }
    }

    private func file(_ type: String, _ bytes: [UInt8]) -> PageAnswer {
        PageAnswer(status: 200, type: type, bytes: bytes)
    }

    private func give(_ answer: PageAnswer, to connection: OpaquePointer) -> Int32 {
        let made = answer.bytes.withUnsafeBytes {
            tacit_microhttpd_create_response_from_buffer($0.count, $0.baseAddress, Int32(TACIT_MICROHTTPD_COPY))
        }
        guard let made else { return Self.no }
        return queue(made, answer.status, answer.type, answer.headers, connection)
    }

    private func queue(
        _ response: OpaquePointer, _ status: UInt32, _ type: String?, _ headers: [(String, String)],
        _ connection: OpaquePointer
    ) -> Int32 {
        defer { tacit_microhttpd_destroy_response(response) }
        for (name, value) in PageAnswer.headers + headers + (type.map { [("Content-Type", $0)] } ?? []) {
            guard tacit_microhttpd_add_response_header(response, name, value) == Self.yes else { return Self.no }
        }
        return tacit_microhttpd_queue_response(connection, status, response)
    }

    // MARK: Server-sent events

    private func follow(_ connection: OpaquePointer) -> Int32 {
        let reader: PageReader? = monitor.locked {
            if isEnding { return nil }
            let reader = PageReader(connection, place: news.lines.end)
            readers.append(reader)
            return reader
        }
        guard let reader else { return give(.words(503, "the program ends"), to: connection) }
        let context = Unmanaged.passRetained(PageReading(self, reader)).toOpaque()
        guard
            let response = tacit_microhttpd_create_response_from_callback(
                .max, 4096,
                { context, _, buffer, count in
                    guard let context, let buffer else { return -1 }
                    let reading = Unmanaged<PageReading>.fromOpaque(context).takeUnretainedValue()
                    return reading.server.fill(
                        UnsafeMutableRawBufferPointer(start: buffer, count: count), reading.reader)
                }, context,
                { context in
                    if let context { Unmanaged<PageReading>.fromOpaque(context).release() }
                })
        else {
            Unmanaged<PageReading>.fromOpaque(context).release()
            return Self.no
        }
        return queue(response, 200, "text/event-stream; charset=utf-8", [("X-Accel-Buffering", "no")], connection)
    }

    /// Puts what a reader is to have next into the library's buffer; nothing, and the reader asleep, while there is none.
    private func fill(_ buffer: UnsafeMutableRawBufferPointer, _ reader: PageReader) -> Int {
        monitor.locked {
            if reader.sent == reader.pending.count {
                reader.pending.removeAll(keepingCapacity: true)
                reader.sent = 0
                guard reader.place >= news.lines.start else {
                    reader.isDropped = true
                    return Int(TACIT_MICROHTTPD_END_OF_STREAM)
                }
                while reader.pending.count < 1 << 13, reader.place < news.lines.end {
                    reader.pending.append(contentsOf: "data: ".utf8)
                    reader.place = news.lines.take(at: reader.place, into: &reader.pending) ?? news.lines.end
                    reader.pending.append(contentsOf: "\n\n".utf8)
                }
                if reader.pending.isEmpty, reader.isBeatDue { reader.pending.append(contentsOf: ":\n\n".utf8) }
                reader.isBeatDue = false
            }
            guard !reader.pending.isEmpty else {
                if isEnding { return Int(TACIT_MICROHTTPD_END_OF_STREAM) }
                tacit_microhttpd_suspend_connection(reader.connection)
                reader.isSuspended = true
                return 0
            }
            let count = min(buffer.count, reader.pending.count - reader.sent)
            reader.pending.withUnsafeBytes {
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[reader.sent..<reader.sent + count]))
            }
            reader.sent += count
            given += count
            return count
        }
    }

    // MARK: WebSocket

    private func upgrade(_ connection: OpaquePointer) -> Int32 {
        func header(_ name: String) -> String {
            tacit_microhttpd_lookup_connection_value(connection, Int32(TACIT_MICROHTTPD_HEADER), name)
                .map { String(cString: $0) } ?? ""
        }
        func has(_ word: String, in name: String) -> Bool {
            header(name).lowercased().split(separator: ",").contains { $0.filter { $0 != " " } == word }
        }
        let key = header("Sec-WebSocket-Key")
        guard has("websocket", in: "Upgrade"), has("upgrade", in: "Connection"), WebSocketFrames.isKey(key),
            header("Sec-WebSocket-Version") == "13"
        else {
            var answer = PageAnswer.words(426, "this is a WebSocket of version 13")
            answer.headers += [("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")]
            return give(answer, to: connection)
        }
        guard !monitor.locked({ isEnding }),
            let response = tacit_microhttpd_create_response_for_upgrade(
                PageServer.upgraded, Unmanaged.passUnretained(self).toOpaque())
        else { return give(.words(503, "the program ends"), to: connection) }
        return queue(
            response, 101, nil,
            [("Upgrade", "websocket"), ("Sec-WebSocket-Accept", WebSocketFrames.accept(key))], connection)
    }

    private static let upgraded:
        @convention(c) (
            UnsafeMutableRawPointer?, OpaquePointer?, UnsafeMutableRawPointer?, UnsafePointer<CChar>?, Int, Int32,
            OpaquePointer?
        ) -> Void = { own, _, _, more, count, socket, handle in
            guard let own, let handle else { return }
            let server = Unmanaged<PageServer>.fromOpaque(own).takeUnretainedValue()
            let isTaken = server.monitor.locked {
                if server.isEnding { return false }
                let early = UnsafeRawBufferPointer(start: more, count: more == nil ? 0 : count)
                server.newPeers.append(
                    WebSocketPeer(socket: socket, handle: handle, place: server.news.lines.end, incoming: Array(early)))
                server.peerCount += 1
                return true
            }
            if isTaken { server.wake() } else { tacit_microhttpd_close(handle) }
        }

    // MARK: Corrections

    private func correct(_ request: PageRequest, _ connection: OpaquePointer) -> Int32 {
        if let answer = request.answer { return give(answer, to: connection) }
        guard let corrections = monitor.locked({ news.stream.corrections }) else {
            return give(
                .json(
                    CorrectionAnswer(
                        outcome: .refused,
                        words: "what is learned, and what from, has to be kept: start with --labels FILE and "
                            + "--to clips:DIR"
                    ).bytes, status: 409), to: connection)
        }
        let mayWait = monitor.locked {
            if isEnding { return false }
            tacit_microhttpd_suspend_connection(connection)
            request.isWaiting = true
            waiting.append((request, connection))
            return true
        }
        guard mayWait else { return give(.words(503, "the program ends"), to: connection) }
        let asked = PageCorrection(self, request, connection)
        corrections.submit(request.body) { asked.isAnswered($0) }
        return Self.yes
    }
}

/// What a reader's callback is about.
private final class PageReading {
    let server: PageServer
    let reader: PageReader

    init(_ server: PageServer, _ reader: PageReader) {
        self.server = server
        self.reader = reader
    }
}

/// A correction on its way, for the thread that learns. The server's monitor guards the request.
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
        server.monitor.locked {
            // Whoever asked may have been told already that the program ends.
            guard request.isWaiting else { return }
            request.isWaiting = false
            request.answer = .json(answer.bytes, status: status)
            server.waiting.removeAll { $0.request === request }
            server.answered.append(connection)
        }
        server.wake()
    }
}
