import CTacitMicrohttpd

/// Server-sent events: the lines of a stream to whoever reads them.
extension PageServer {
    func follow(_ connection: OpaquePointer) -> Int32 {
        let reader: PageReader? = shared.locked { state in
            if state.isEnding { return nil }
            let reader = PageReader(connection, place: state.news.lines.end)
            state.readers.append(reader)
            return reader
        }
        guard let reader else { return give(.words(503, "the program ends"), to: connection) }
        let context = Unmanaged.passRetained(EventStreamContext(self, reader)).toOpaque()
        guard
            let response = tacit_microhttpd_create_response_from_callback(
                .max, 4096,
                { context, _, buffer, count in
                    guard let context, let buffer else { return -1 }
                    let reading = Unmanaged<EventStreamContext>.fromOpaque(context).takeUnretainedValue()
                    return reading.server.fill(
                        UnsafeMutableRawBufferPointer(start: buffer, count: count), reading.reader)
                }, context,
                { context in
                    if let context { Unmanaged<EventStreamContext>.fromOpaque(context).release() }
                })
        else {
            Unmanaged<EventStreamContext>.fromOpaque(context).release()
            return Self.no
        }
        return queue(response, 200, "text/event-stream; charset=utf-8", [("X-Accel-Buffering", "no")], connection)
    }

    /// Puts what a reader is to have next into the library's buffer; nothing, and the reader asleep, while there is
    /// none.
    private func fill(_ buffer: UnsafeMutableRawBufferPointer, _ reader: PageReader) -> Int {
        shared.locked { state in
            if reader.sent == reader.pending.count {
                reader.pending.removeAll(keepingCapacity: true)
                reader.sent = 0
                guard reader.place >= state.news.lines.start else {
                    reader.isDropped = true
                    return Int(TACIT_MICROHTTPD_END_OF_STREAM)
                }
                while reader.pending.count < 1 << 13, reader.place < state.news.lines.end {
                    reader.pending.append(contentsOf: "data: ".utf8)
                    reader.place =
                        state.news.lines.take(at: reader.place, into: &reader.pending) ?? state.news.lines.end
                    reader.pending.append(contentsOf: "\n\n".utf8)
                }
                if reader.pending.isEmpty, reader.isBeatDue { reader.pending.append(contentsOf: ":\n\n".utf8) }
                reader.isBeatDue = false
            }
            guard !reader.pending.isEmpty else {
                if state.isEnding { return Int(TACIT_MICROHTTPD_END_OF_STREAM) }
                tacit_microhttpd_suspend_connection(reader.connection)
                reader.isSuspended = true
                return 0
            }
            let count = min(buffer.count, reader.pending.count - reader.sent)
            reader.pending.withUnsafeBytes {
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[reader.sent..<reader.sent + count]))
            }
            reader.sent += count
            state.given += count
            return count
        }
    }
}

/// What the library hands back to the callback that fills a reader's stream of events.
private final class EventStreamContext {
    let server: PageServer
    let reader: PageReader

    init(_ server: PageServer, _ reader: PageReader) {
        self.server = server
        self.reader = reader
    }
}
