import CTacitInterface
import Foundation
import TacitTestSupport
import Testing

/// A handle with a model, closed with the object.
final class Loaded {
    let handle: OpaquePointer
    let model: tacit_model

    init(_ path: String) throws {
        handle = try #require(tacit_create())
        let status = tacit_load(handle, path)
        let words = String(cString: tacit_error(handle))
        try #require(status == 0, "\(words)")
        var model = tacit_model()
        model.size = MemoryLayout<tacit_model>.size
        try #require(tacit_describe(handle, &model) == 0)
        self.model = model
    }

    deinit { tacit_close(handle) }

    var words: String { String(cString: tacit_error(handle)) }

    /// What the model said last, to the bit.
    struct Said: Equatable {
        var scores: [UInt32]
        var logits: [UInt32]
        var embedding: [UInt32]
        /// In whole nanoseconds, which is as far as the command's go.
        var span: [Double]
    }

    func said() throws -> Said {
        func read(
            _ count: Int,
            _ call: (OpaquePointer?, UnsafeMutablePointer<Float>?, Int, UnsafeMutablePointer<Int>?)
                -> Int32
        ) throws -> [UInt32] {
            var values = [Float](repeating: .nan, count: count)
            var found = 0
            #expect(call(handle, &values, count, &found) == 0)
            #expect(found == count)
            return values.map(\.bitPattern)
        }
        var span = [0.0, 0.0]
        #expect(span.withUnsafeMutableBufferPointer { tacit_span(handle, $0.baseAddress, $0.baseAddress! + 1) } == 0)
        return Said(
            scores: try read(model.labels, tacit_scores), logits: try read(model.labels, tacit_logits),
            embedding: try read(model.width, tacit_embedding), span: span.map { ($0 * 1e9).rounded() })
    }

    /// Gives a stream all samples, so many at once, and then its end.
    func hear(
        _ samples: [Float], chunk: Int, finishes: Bool = true, _ body: (Said?, [tacit_event]) throws -> Void
    ) throws {
        func tell(isReading: Bool) throws {
            var events: [tacit_event] = []
            var event = tacit_event()
            var found: Int32 = 0
            while tacit_next_event(handle, &event, &found) == 0, found == 1 { events.append(event) }
            try body(isReading ? try said() : nil, events)
        }
        try samples.withUnsafeBufferPointer { samples in
            var start = 0
            while start < samples.count {
                var rest = min(chunk, samples.count - start)
                var status = TACIT_READING
                while status == TACIT_READING {
                    var taken = 0
                    let found = tacit_push(handle, samples.baseAddress! + start, rest, &taken)
                    try #require(found == 0 || found == 1, "\(words)")
                    (start, rest) = (start + taken, rest - taken)
                    status = Int(found) == 1 ? TACIT_READING : TACIT_OK
                    if found == 1 { try tell(isReading: true) }
                }
                try #require(rest == 0)
            }
        }
        while finishes {
            let status = Int(tacit_finish(handle))
            guard status == TACIT_READING || status == TACIT_EVENTS else { break }
            try tell(isReading: status == TACIT_READING)
        }
    }
}

/// What the command says with `--json --logits --top 0`, or with `embed --json`, by name.
func said(_ line: ResultLine, embedding: [Float]?, labels: [String]) throws -> Loaded.Said {
    let scores = line.scores(of: labels)
    return Loaded.Said(
        scores: try scores.map { try #require($0).bitPattern }, logits: try #require(line.logits).map(\.bitPattern),
        embedding: (embedding ?? []).map(\.bitPattern), span: (line.span ?? [0, 0]).map { ($0 * 1e9).rounded() })
}
