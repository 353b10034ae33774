import CTacitMicrohttpd

/// The library's part of a WebSocket: the handshake (RFC 6455, section 4).
extension PageServer {
    func upgrade(_ connection: OpaquePointer) -> Int32 {
        func header(_ name: String) -> String { Self.header(name, of: connection) ?? "" }
        func has(_ word: String, in name: String) -> Bool {
            header(name).lowercased().split(separator: ",").contains { $0.filter { $0 != " " && $0 != "\t" } == word }
        }
        let key = header("Sec-WebSocket-Key")
        guard has("websocket", in: "Upgrade"), has("upgrade", in: "Connection"), WebSocketFrames.isKey(key),
            header("Sec-WebSocket-Version") == "13"
        else {
            var answer = PageAnswer.words(426, "this is a WebSocket of version 13")
            answer.headers += [("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")]
            return give(answer, to: connection)
        }
        guard !shared.locked({ $0.isEnding }),
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
        ) -> Void = { own, connection, _, more, count, socket, handle in
            guard let own, let handle else { return }
            let server = Unmanaged<PageServer>.fromOpaque(own).takeUnretainedValue()
            // No more requests come over it.
            if let connection { server.unfinished.isClosed(connection) }
            let isTaken = server.shared.locked { state in
                if state.isEnding { return false }
                let early = UnsafeRawBufferPointer(start: more, count: more == nil ? 0 : count)
                state.newPeers.append(
                    WebSocketPeer(socket: socket, handle: handle, place: state.news.lines.end, incoming: Array(early)))
                state.peerCount += 1
                return true
            }
            if isTaken { server.wake() } else { tacit_microhttpd_close(handle) }
        }
}
