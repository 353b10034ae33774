import CTacitInterface
import TacitCore
import TacitDiagnostics
import TacitLabelling

@_cdecl("tacit_labels")
public func labels(
    _ handle: OpaquePointer?, _ labels: UnsafeMutablePointer<tacit_label>?, _ room: Int,
    _ count: UnsafeMutablePointer<Int>?
) -> Int32 {
    count?.pointee = 0
    return perform(handle) { handle in
        let labels = try TacitInterface.room(labels, room, "the labels")
        let count = try require(count, "count")
        try handle.result.require()
        let scores = handle.result.scores
        let best = Ranking.order(of: scores).prefix(labels.count)
        for (place, index) in best.enumerated() {
            labels[place] = tacit_label(index: index, score: scores[index], name: try handle.name(ofLabel: index))
        }
        count.pointee = best.count
    }
}

@_cdecl("tacit_scores")
public func scores(
    _ handle: OpaquePointer?, _ output: UnsafeMutablePointer<Float>?, _ room: Int,
    _ count: UnsafeMutablePointer<Int>?
) -> Int32 {
    copy(handle, \.scores, "scores", output, room, count)
}

@_cdecl("tacit_logits")
public func logits(
    _ handle: OpaquePointer?, _ output: UnsafeMutablePointer<Float>?, _ room: Int,
    _ count: UnsafeMutablePointer<Int>?
) -> Int32 {
    copy(handle, \.logits, "logits", output, room, count)
}

@_cdecl("tacit_embedding")
public func embedding(
    _ handle: OpaquePointer?, _ output: UnsafeMutablePointer<Float>?, _ room: Int,
    _ count: UnsafeMutablePointer<Int>?
) -> Int32 {
    copy(handle, \.embedding, "embedding", output, room, count)
}

@_cdecl("tacit_span")
public func span(
    _ handle: OpaquePointer?, _ start: UnsafeMutablePointer<Double>?, _ end: UnsafeMutablePointer<Double>?
) -> Int32 {
    perform(handle) { handle in
        let start = try require(start, "start")
        let end = try require(end, "end")
        try handle.result.require()
        start.pointee = handle.result.span.start
        end.pointee = handle.result.span.end
    }
}

private func copy(
    _ handle: OpaquePointer?, _ vector: KeyPath<ResultSink, [Float]>, _ name: StaticString,
    _ output: UnsafeMutablePointer<Float>?, _ room: Int, _ count: UnsafeMutablePointer<Int>?
) -> Int32 {
    count?.pointee = 0
    return perform(handle) { handle in
        let output = try TacitInterface.room(output, room, name)
        try handle.result.require()
        let values = handle.result[keyPath: vector]
        guard output.count >= values.count else {
            throw TacitError(.usage, "room for \(output.count) floats, expected \(values.count) for \(name)")
        }
        for (index, value) in values.enumerated() { output[index] = value }
        count?.pointee = values.count
    }
}
