import TacitLive
import TacitText

/// What is known of a clip, for the file beside it.
struct ClipDescription {
    let stream: StreamDescription
    let on: LiveEvent
    var off: LiveEvent?
    /// Seconds of the stream that the sound is of.
    var span: (start: Double, end: Double)?
    /// Whether the sound ends before the event did.
    var isCut = false

    /// One object, as a line.
    var bytes: [UInt8] {
        var line = JSONLine(capacity: LineLength.bound(labels: stream.eventNames))
        line.begin()
        if let clip = on.clip {
            line.quoted("clip") { clip.write(to: &$0) }
        }
        line.string("label", stream.eventNames[on.label])
        parts(of: on, &line)
        if let span { line.span(span) }
        if stream.sampleRate > 0 {
            line.integer("sample_rate", stream.sampleRate)
            line.bool("cut", isCut)
        }
        if let off {
            line.beginObject("off")
            parts(of: off, &line)
            line.endObject()
        }
        line.string("model", stream.model)
        if let source = stream.source {
            line.string("source", source)
        }
        line.end()
        return line.bytes
    }

    private func parts(of event: LiveEvent, _ line: inout JSONLine) {
        line.id("id", event.id)
        line.seconds("time", event.time)
        line.float("score", event.score)
        line.time("wall", event.wall)
    }
}
