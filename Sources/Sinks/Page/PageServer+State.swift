import TacitText

/// What the page, and programs, ask for as JSON.
extension PageServer {
    /// Whether the stream goes on: 200, or 503 when nothing came for so long that something must be wrong.
    var health: PageAnswer {
        let (stream, figures) = monitor.locked { (news.stream, news.figures.snapshot) }
        let isAlive = figures.isAlive(within: stream.sense.longestSilence)
        var line = JSONLine(capacity: 256)
        line.begin()
        line.key("ok")
        line.bool(isAlive)
        line.key("time")
        line.seconds(figures.time)
        line.key("readings")
        line.integer(figures.readings)
        line.end()
        return .json(line.bytes, status: isAlive ? 200 : 503)
    }

    /// How things stand.
    var state: [UInt8] {
        let (stream, figures, readers, left) = monitor.locked {
            (news.stream, news.figures.snapshot, self.readers.count + peerCount, self.left)
        }
        let own = ProcessFigures.now()
        var line = JSONLine(capacity: LineLength.bound(labels: stream.labels) * 2)
        line.begin()
        line.key("model")
        line.string(stream.model)
        line.key("input")
        line.path(stream.source ?? stream.input)
        line.key("sense")
        if case .sound(let window, let hop) = stream.sense {
            line.string("sound")
            line.key("window_seconds")
            line.seconds(window)
            line.key("hop_seconds")
            line.seconds(hop)
        } else {
            line.string("pictures")
        }
        line.key("wall")
        line.time(.now())
        line.key("time")
        line.seconds(figures.time)
        line.key("heard_seconds")
        line.seconds(figures.heardSeconds)
        line.key("lost_seconds")
        line.seconds(figures.lostSeconds.reduce(0, +))
        line.key("readings")
        line.integer(figures.readings)
        line.key("dropped")
        line.integer(figures.dropped)
        line.key("level_db")
        if let level = figures.level { line.float(Float(level)) } else { line.null() }
        line.key("inference_ms")
        line.milliseconds(figures.lastInference * 1000)
        line.key("cpu_seconds")
        line.seconds(own.cpuSeconds)
        line.key("resident_bytes")
        line.integer(own.residentBytes)
        line.key("readers")
        line.integer(readers)
        line.key("readers_left")
        line.integer(left)
        line.key("corrections")
        line.bool(access.takesCorrections && stream.corrections != nil)
        line.key("labels")
        line.beginArray()
        for index in stream.selected {
            line.beginObject()
            line.key("label")
            line.string(stream.labels[index])
            line.key("threshold")
            line.float(stream.thresholds[index])
            line.key("score")
            line.float(figures.scores[index])
            line.key("on")
            line.bool(figures.isOn[stream.streamLabels.eventPlace(of: index)])
            line.learned(index >= stream.learnedFrom)
            line.endObject()
        }
        line.endArray()
        line.end()
        return line.bytes
    }

    /// Events and gaps of the last day, as their lines, the gaps' with the moment that they were told.
    var timeline: [UInt8] {
        // A day may be long: written without the monitor, from copies.
        let (stream, events, gaps) = monitor.locked { (news.stream, Array(news.events), Array(news.gaps)) }
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
            line.key("wall")
            line.time(past.wall)
            line.end()
            bytes.append(contentsOf: line.bytes.dropLast())
            bytes.append(UInt8(ascii: ","))
        }
        if bytes.last == UInt8(ascii: ",") { bytes.removeLast() }
        bytes.append(contentsOf: "]}\n".utf8)
        return bytes
    }
}
