import TacitLive

/// What Prometheus asks for, in its text format (version 0.0.4).
extension PageServer {
    var metrics: [UInt8] {
        var text = MetricsText()
        let (stream, figures, readers, left) = shared.locked {
            ($0.news.stream, $0.news.figures.snapshot, $0.readers.count + $0.peerCount, $0.left)
        }
        let info = text.family("tacit_info", "gauge", "What is run, and on what.")
        text.sample(info, [("model", stream.model), ("input", stream.source ?? stream.input)], 1)
        let events = text.family("tacit_events_total", "counter", "Labels that began (on) and ceased (off) to hold.")
        let names = stream.eventNames
        for label in stream.eventful {
            for (state, count) in [("on", figures.began[label]), ("off", figures.ceased[label])] {
                text.sample(events, [("label", names[label]), ("state", state)], Double(count))
            }
        }
        text.family("tacit_heard_seconds_total", "counter", "Sound that was heard.", figures.heardSeconds)
        text.family(
            "tacit_readings_total", "counter", "Windows or pictures that were labelled.", Double(figures.readings))
        text.family(
            "tacit_dropped_frames_total", "counter", "Pictures passed over for newer ones.", Double(figures.dropped))
        let lost = text.family("tacit_lost_seconds_total", "counter", "Of the stream, lost for a reason.")
        let gaps = text.family("tacit_gaps_total", "counter", "Stretches of the stream that were lost.")
        for (index, reason) in StreamFigures.reasons.enumerated() {
            text.sample(lost, [("reason", reason.rawValue)], figures.lostSeconds[index])
            text.sample(gaps, [("reason", reason.rawValue)], Double(figures.gaps[index]))
        }
        text.family(
            "tacit_source_restarts_total", "counter", "How often a source was away and came back.",
            Double(restarts(figures)))
        text.histogram(
            "tacit_inference_seconds", "Time that the model took for a reading.", ends: StreamFigures.buckets,
            counts: figures.inferences, sum: figures.inferenceSeconds)
        let losses = text.family("tacit_queue_losses_total", "counter", "What a sink could not take.")
        for sink in SinkLosses.allCases {
            text.sample(losses, [("sink", sink.rawValue)], Double(sink.total))
        }
        text.sample(losses, [("sink", "http")], Double(left))
        if let level = figures.level {
            text.family("tacit_level_db", "gauge", "Level of the sound, in decibels of full scale.", level)
        }
        text.family("tacit_page_readers", "gauge", "Who follows this page.", Double(readers))
        let own = ProcessFigures.now()
        text.family("process_cpu_seconds_total", "counter", "User and system time.", own.cpuSeconds)
        text.family("process_resident_memory_bytes", "gauge", "Memory.", Double(own.residentBytes))
        text.family("process_open_fds", "gauge", "Open descriptors.", Double(own.openFiles))
        return text.bytes
    }

    private func restarts(_ figures: StreamFigures) -> Int {
        StreamFigures.reasons.indices.reduce(0) { sum, index in
            switch StreamFigures.reasons[index] {
            case .lost, .command: sum + figures.gaps[index]
            case .overrun, .suspend, .stalled, .output: sum
            }
        }
    }
}
