import TacitMedia

/// Everything a source gives, until its end.
package struct Drained {
    package var samples: [Float] = []
    package var gaps: [SourceEvent.Gap] = []

    package init() {}

    package init(_ source: any SampleSource, room: Int = 1000) throws {
        var buffer = [Float](repeating: 0, count: room)
        while true {
            let event = try buffer.withUnsafeMutableBufferPointer { try source.read(into: $0) }
            switch event {
            case .samples(let count): samples += buffer[..<count]
            case .gap(let gap): gaps.append(gap)
            case .end: return
            }
        }
    }
}
