import TacitLive

/// What Prometheus asks for, in its text format (version 0.0.4).
extension PageServer {
    var metrics: [UInt8] {
        var text = MetricsText()
        let (stream, figures, readers, left) = shared.locked {
            ($0.news.stream, $0.news.figures.snapshot, $0.readers.count + $0.peerCount, $0.left)
        }
        text.family("tacit_info", "gauge", "What is run, and on what.")
        text.sample("tacit_info", [("model", stream.model), ("input", stream.source ?? stream.input)], 1)
        text.family("tacit_events_total", "counter", "Labels that began (on) and ceased (off) to hold.")
        let names = stream.eventNames
        for label in stream.eventful {
            for (state, count) in [("on", figures.began[label]), ("off", figures.ceased[label])] {
                text.sample("tacit_events_total", [("label", names[label]), ("state", state)], Double(count))
            }
        }
        text.family("tacit_heard_seconds_total", "counter", "Sound that was heard.")
        text.sample("tacit_heard_seconds_total", [], figures.heardSeconds)
        text.family("tacit_readings_total", "counter", "Windows or pictures that were labelled.")
        text.sample("tacit_readings_total", [], Double(figures.readings))
        text.family("tacit_dropped_frames_total", "counter", "Pictures passed over for newer ones.")
        text.sample("tacit_dropped_frames_total", [], Double(figures.dropped))
        text.family("tacit_lost_seconds_total", "counter", "Of the stream, lost for a reason.")
        text.family("tacit_gaps_total", "counter", "Stretches of the stream that were lost.")
        for (index, reason) in StreamFigures.reasons.enumerated() {
            text.sample("tacit_lost_seconds_total", [("reason", reason.rawValue)], figures.lostSeconds[index])
            text.sample("tacit_gaps_total", [("reason", reason.rawValue)], Double(figures.gaps[index]))
        }
        text.family("tacit_source_restarts_total", "counter", "How often a source was away and came back.")
        text.sample("tacit_source_restarts_total", [], Double(restarts(figures)))
        text.histogram(
            "tacit_inference_seconds", "Time that the model took for a reading.", ends: StreamFigures.buckets,
            counts: figures.inferences, sum: figures.inferenceSeconds)
        text.family("tacit_queue_losses_total", "counter", "What a sink could not take.")
        for sink in SinkLosses.allCases {
            text.sample("tacit_queue_losses_total", [("sink", sink.rawValue)], Double(sink.total))
        }
        text.sample("tacit_queue_losses_total", [("sink", "http")], Double(left))
        if let level = figures.level {
            text.family("tacit_level_db", "gauge", "Level of the sound, in decibels of full scale.")
            text.sample("tacit_level_db", [], level)
        }
        text.family("tacit_page_readers", "gauge", "Who follows this page.")
        text.sample("tacit_page_readers", [], Double(readers))
        let own = ProcessFigures.now()
        text.family("process_cpu_seconds_total", "counter", "User and system time.")
        text.sample("process_cpu_seconds_total", [], own.cpuSeconds)
        text.family("process_resident_memory_bytes", "gauge", "Memory.")
        text.sample("process_resident_memory_bytes", [], Double(own.residentBytes))
        text.family("process_open_fds", "gauge", "Open descriptors.")
        text.sample("process_open_fds", [], Double(own.openFiles))
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
