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
            line.key("clip")
            line.quoted { clip.write(to: &$0) }
        }
        line.key("label")
        line.string(stream.eventNames[on.label])
        parts(of: on, &line)
        if let span { line.span(span) }
        if stream.sampleRate > 0 {
            line.key("sample_rate")
            line.integer(stream.sampleRate)
            line.key("cut")
            line.bool(isCut)
        }
        if let off {
            line.key("off")
            line.beginObject()
            parts(of: off, &line)
            line.endObject()
        }
        line.key("model")
        line.string(stream.model)
        if let source = stream.source {
            line.key("source")
            line.string(source)
        }
        line.end()
        return line.bytes
    }

    private func parts(of event: LiveEvent, _ line: inout JSONLine) {
        line.key("id")
        line.id(event.id)
        line.key("time")
        line.seconds(event.time)
        line.key("score")
        line.float(event.score)
        line.key("wall")
        line.time(event.wall)
    }
}
