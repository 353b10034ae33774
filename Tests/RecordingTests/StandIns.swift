import TacitDiagnostics
import TacitFrontEnd
import TacitLabelling
import TacitLive
import TacitMedia
import TacitModelFile
import TacitRecording
import TacitSinks
import TacitText

/// What a source does next.
enum Step<Event> {
    case give(Event)
    /// Gives this again and again until the condition holds.
    case repeatUntil(() -> Bool, Event)
    case call(() -> Void)
    case fail(any Error)
}

enum SoundEvent {
    case samples([Float])
    case gap(Int, SourceEvent.Reason)
}

/// Goes through a script.
struct Script<Event> {
    private var steps: [Step<Event>]
    private var next = 0

    init(_ steps: [Step<Event>]) { self.steps = steps }

    mutating func event() throws -> Event? {
        while next < steps.count {
            let step = steps[next]
            switch step {
            case .give(let event):
                next += 1
                return event
            case .repeatUntil(let isDone, let event):
                if isDone() { next += 1 } else { return event }
            case .call(let body):
                next += 1
                body()
            case .fail(let error): throw error
            }
        }
        return nil
    }
}

final class ScriptedSound: SampleSource {
    let sampleRate = 1000
    private var script: Script<SoundEvent>
    private var rest: ArraySlice<Float> = []

    init(_ steps: [Step<SoundEvent>]) { script = Script(steps) }

    func read(into buffer: UnsafeMutableBufferPointer<Float>) throws -> SourceEvent {
        if rest.isEmpty {
            switch try script.event() {
            case .samples(let samples): rest = samples[...]
            case .gap(let samples, let reason): return .gap(.init(samples: samples, reason: reason))
            case nil: return .end
            }
        }
        let count = min(rest.count, buffer.count)
        for (index, sample) in rest.prefix(count).enumerated() { buffer[index] = sample }
        rest = rest.dropFirst(count)
        return .samples(count)
    }
}

final class ScriptedFrames: FrameSource {
    let frame = FrameBuffer()
    private var script: Script<(size: Int, channels: Int, grey: UInt8, event: FrameEvent)>

    init(_ steps: [Step<(size: Int, channels: Int, grey: UInt8, event: FrameEvent)>]) { script = Script(steps) }

    func read(notBefore time: Int) throws -> FrameEvent {
        guard let (size, channels, grey, event) = try script.event() else { return .end }
        if case .frame = event {
            try frame.reshape(width: size, height: size, channels: channels)
            for index in 0..<frame.byteCount { frame.pixels[index] = grey &+ UInt8(truncatingIfNeeded: index / 7) }
        }
        return event
    }
}

/// The lines that standard output would get.
final class Lines: Sink {
    private(set) var bytes: [UInt8] = []
    private var json = JSONLineFormat(
        StreamDescription(
            model: "m.gguf", input: "a", source: "here", sense: .pictures, labels: ["a", "b"], thresholds: [0.5, 0.5],
            selected: [0, 1], top: 0, showFrom: nil, hasLogits: true, isJSON: true, isDevice: false, runsFree: true,
            waitsForReaders: true))
    private var plain = PlainLineFormat(
        StreamLabels(names: ["a", "b"], learnedFrom: 2, thresholds: [], selected: []))
    private var ranking = Ranking(top: 0, threshold: nil, labels: 2)

    func labels(_ reading: LiveReading) {
        ranking.rank(reading.scores)
        json.labels(reading, ranking)
        plain.labels(reading, ranking)
        bytes += json.bytes + plain.bytes
    }
    func event(_ event: LiveEvent) {
        json.event(event)
        plain.event(event)
        bytes += json.bytes + plain.bytes
    }
    func gap(_ gap: LiveGap) {
        json.gap(gap)
        plain.gap(gap)
        bytes += json.bytes + plain.bytes
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }
}
