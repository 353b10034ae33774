import TacitText

/// What the page, and programs, ask for as JSON.
extension PageServer {
    /// Whether the stream goes on: 200, or 503 when nothing came for so long that something must be wrong.
    var health: PageAnswer {
        let (stream, figures) = shared.locked { ($0.news.stream, $0.news.figures.snapshot) }
        let isAlive = figures.isAlive(within: stream.sense.longestSilence)
        var line = JSONLine(capacity: 256)
        line.begin()
        line.bool("ok", isAlive)
        line.seconds("time", figures.time)
        line.integer("readings", figures.readings)
        line.end()
        return .json(line.bytes, status: isAlive ? 200 : 503)
    }

    /// How things stand.
    var state: [UInt8] {
        let (stream, figures, now, readers, left) = shared.locked {
            ($0.news.stream, $0.news.figures.snapshot, $0.news.now, $0.readers.count + $0.peerCount, $0.left)
        }
        let own = ProcessFigures.now()
        var line = JSONLine(capacity: LineLength.bound(labels: stream.labels) * 2)
        line.begin()
        line.string("model", stream.model)
        line.path("input", stream.source ?? stream.input)
        if case .sound(let window, let hop) = stream.sense {
            line.string("sense", "sound")
            line.seconds("window_seconds", window)
            line.seconds("hop_seconds", hop)
        } else {
            line.string("sense", "pictures")
        }
        line.time("wall", now)
        line.bool("ok", figures.isAlive(within: stream.sense.longestSilence))
        line.seconds("time", figures.time)
        line.seconds("heard_seconds", figures.heardSeconds)
        line.seconds("lost_seconds", figures.lostSeconds.reduce(0, +))
        line.integer("readings", figures.readings)
        line.integer("dropped", figures.dropped)
        line.float("level_db", figures.level.map { Float($0) })
        line.milliseconds("inference_ms", figures.lastInference * 1000)
        line.seconds("cpu_seconds", own.cpuSeconds)
        line.integer("resident_bytes", own.residentBytes)
        line.integer("readers", readers)
        line.integer("readers_left", left)
        line.bool("corrections", access.takesCorrections && stream.corrections != nil)
        line.seconds("clip_after_seconds", stream.secondsAfter)
        line.seconds("clip_longest_seconds", stream.secondsLongest)
        line.beginArray("labels")
        for index in stream.selected {
            line.beginObject()
            line.string("label", stream.labels[index])
            line.float("threshold", stream.thresholds[index])
            line.float("score", figures.scores[index])
            if let group = stream.streamLabels.group(of: index) { line.string("group", group) }
            line.bool("on", figures.isOn[stream.streamLabels.toldPlace(of: index)])
            line.learned(index >= stream.learnedFrom)
            line.endObject()
        }
        line.endArray()
        line.end()
        return line.bytes
    }

    /// Events and gaps of the last day, as their lines, the gaps' with the moment that they were told.
    var timeline: [UInt8] {
        // A day may be long: written without the lock, from copies.
        let (stream, events, gaps) = shared.locked { state in
            state.news.forget(by: state.news.now)
            return (state.news.stream, Array(state.news.events), Array(state.news.gaps))
        }
        var format = JSONLineFormat(stream, hasLogits: false)
        var bytes = Array(#"{"events":["#.utf8)
        for event in events {
            format.event(event)
            bytes.append(contentsOf: format.bytes.dropLast())
            bytes.append(UInt8(ascii: ","))
        }
        if bytes.last == UInt8(ascii: ",") { bytes.removeLast() }
        bytes.append(contentsOf: #"],"gaps":["#.utf8)
        var line = JSONLine(capacity: 256)
        for past in gaps {
            line.begin()
            line.gap(past.gap)
            line.time("wall", past.wall)
            line.end()
            bytes.append(contentsOf: line.bytes.dropLast())
            bytes.append(UInt8(ascii: ","))
        }
        if bytes.last == UInt8(ascii: ",") { bytes.removeLast() }
        bytes.append(contentsOf: "]}\n".utf8)
        return bytes
    }
}
