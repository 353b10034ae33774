import TacitDiagnostics
import TacitEngine
import TacitFrontEnd
import TacitText

/// What a benchmark found, in words.
extension Benchmark {
    private var operations: OperationCount { OperationCount(model.description) }

    /// Operations of a window over its median time, in thousand millions a second.
    private var rate: Double? {
        windows.median.map { operations.window / $0 / 1e9 }
    }

    /// The time for a window over the time that it lasts; nil where the input is no sound.
    private var realTimeFactor: Double? {
        guard let median = windows.median, let geometry = try? SoundGeometry(model.description.input) else {
            return nil
        }
        return median / (Double(geometry.samplesPerWindow) / Double(geometry.sampleRate))
    }

    func json() -> [UInt8] {
        var line = JSONLine()
        line.begin()
        line.path("model", model.path)
        line.integer("threads", threads)
        for (key, timings) in [
            ("window_ms" as StaticString, windows), ("step_ms", steps), ("front_end_ms", frontEnds),
        ] {
            line.key(key)
            line.timings(timings)
        }
        line.float("window_gop", Float(operations.window / 1e9))
        line.float("gop_per_second", rate.map { Float($0) })
        line.float("real_time_factor", realTimeFactor.map { Float($0) })
        for (key, bytes) in [
            ("file_bytes" as StaticString, model.file.byteCount), ("session_bytes", session.byteCount),
            ("resident_bytes", ResidentMemory.bytes),
        ] {
            line.integer(key, bytes)
        }
        line.milliseconds("load_ms", loadSeconds * 1000)
        line.string("instruction_set", session.instructionSet)
        line.end()
        return line.bytes
    }

    func text() -> [UInt8] {
        var line = PlainLine()
        line.begin()
        line.text("\(model.path), \(threads) thread\(threads == 1 ? "" : "s"), \(session.instructionSet)")
        line.literal("\n")
        for (name, timings) in [
            ("window    " as StaticString, windows), ("step      ", steps), ("front end ", frontEnds),
        ] {
            guard let median = timings.median, let minimum = timings.minimum else { continue }
            line.literal("  ")
            line.literal(name)
            line.decimal(median * 1000, places: 3)
            line.literal(" ms, least ")
            line.decimal(minimum * 1000, places: 3)
            line.text(" ms (median of \(timings.count))")
            line.literal("\n")
        }
        if let rate {
            line.literal("  rate      ")
            line.decimal(rate, places: 1)
            line.literal(" GOP/s (")
            line.decimal(operations.window / 1e9, places: 4)
            line.literal(" GOP a window)\n")
        }
        if let realTimeFactor {
            line.literal("  real-time factor  ")
            line.decimal(realTimeFactor, places: 5)
            line.literal("\n")
        }
        for (name, bytes) in [
            ("file      " as StaticString, model.file.byteCount), ("session   ", session.byteCount),
            ("resident  ", ResidentMemory.bytes),
        ] {
            line.literal("  ")
            line.literal(name)
            line.decimal(Double(bytes) / 1e6, places: 2)
            line.literal(" MB\n")
        }
        line.literal("  load      ")
        line.decimal(loadSeconds * 1000, places: 1)
        line.literal(" ms")
        line.end()
        return line.bytes
    }
}

extension JSONLine {
    fileprivate mutating func timings(_ timings: Timings) {
        beginObject()
        for (name, value) in [("median" as StaticString, timings.median), ("min", timings.minimum)] {
            milliseconds(name, value.map { $0 * 1000 })
        }
        integer("count", timings.count)
        endObject()
    }
}
