import TacitFrontEnd
import TacitLabelling
import TacitLive
import TacitMedia
import TacitModelFile

/// A source of given events.
final class ScriptedSound: SampleSource {
    enum Step {
        case samples([Float])
        case gap(Int, SourceEvent.Reason)
        case call(() -> Void)
        case failure(any Error)
    }

    let sampleRate = 1000
    private var steps: [Step]

    init(_ steps: [Step]) { self.steps = steps }

    func read(into buffer: UnsafeMutableBufferPointer<Float>) throws -> SourceEvent {
        while let step = steps.first {
            steps.removeFirst()
            switch step {
            case .samples(let samples):
                let count = min(samples.count, buffer.count)
                for index in 0..<count { buffer[index] = samples[index] }
                if count < samples.count { steps.insert(.samples(Array(samples[count...])), at: 0) }
                return .samples(count)
            case .gap(let samples, let reason): return .gap(.init(samples: samples, reason: reason))
            case .call(let body): body()
            case .failure(let error): throw error
            }
        }
        return .end
    }
}

/// A source of given events; every frame is of one grey.
final class ScriptedFrames: FrameSource {
    let frame = FrameBuffer()
    private var steps: [(grey: UInt8, event: FrameEvent)]

    init(_ steps: [(grey: UInt8, event: FrameEvent)]) { self.steps = steps }

    func read(notBefore time: Int) throws -> FrameEvent {
        guard !steps.isEmpty else { return .end }
        let (grey, event) = steps.removeFirst()
        try frame.reshape(width: 2, height: 2, channels: 1)
        for index in 0..<4 { frame.pixels[index] = grey }
        return event
    }
}

/// Remembers all that it is told, in words.
final class Recorder: Sink {
    private(set) var words: [String] = []
    private(set) var levels: [Double?] = []
    /// Thrown instead of remembering the word of this number.
    var failure: (at: Int, error: any Error)?
    var onLabels: () -> Void = {}

    private func note(_ word: String) throws {
        words.append(word)
        if let failure, failure.at == words.count { throw failure.error }
    }

    func labels(_ reading: LiveReading) throws {
        levels.append(reading.level)
        onLabels()
        try note("labels \(Int((reading.time * 1000).rounded()))")
    }
    func event(_ event: LiveEvent) throws {
        try note("\(event.state) \(event.label) \(Int((event.time * 1000).rounded()))")
    }
    func gap(_ gap: LiveGap) throws { try note("\(gap.reason) \(Int((gap.lostSeconds * 1000).rounded()))") }
    func picture(_ seen: PixelView) throws { try note("picture \(seen.pixels[0])") }
    func passed(time: Double) throws { try note("passed \(Int((time * 1000).rounded()))") }
    func finish() throws { try note("finish") }
}
