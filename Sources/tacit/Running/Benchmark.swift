import Engine
import FrontEnd
import Glibc
import ModelFile

/// Times one model: whole windows, and single patches behind a full cache.
struct Benchmark {
    private let model: LoadedModel
    private let session: Session
    private let loadSeconds: Double
    private let input: BenchmarkInput
    private var windows: [Double] = []
    private var steps: [Double] = []
    private var scores: [Float]
    private var logits: [Float]
    private var embedding: [Float]

    init(_ model: LoadedModel, _ session: Session, loadSeconds: Double) {
        self.model = model
        self.session = session
        self.loadSeconds = loadSeconds
        input = BenchmarkInput(model.description.input)
        scores = Array(repeating: 0, count: model.description.labels.count)
        logits = scores
        embedding = Array(repeating: 0, count: model.description.trunk.width)
    }

    /// Alternates windows and steps for as long as asked for, at least three times each, after one of each that is not
    /// counted.
    mutating func run(seconds: Double) throws {
        let window = model.description.input.window
        let hasSteps = model.description.attention == .causal
        try timeWindow(window)
        windows.removeAll()
        let watch = Stopwatch()
        while windows.count < 3 || watch.seconds < seconds {
            try timeWindow(window)
            if hasSteps { try timeStep(window) }
        }
    }

    private mutating func timeWindow(_ window: Int) throws {
        session.reset(context: 0)
        let watch = Stopwatch()
        try input.push(0, count: window, to: session)
        read()
        windows.append(watch.seconds)
    }

    private mutating func timeStep(_ window: Int) throws {
        session.reset(context: 0)
        try input.push(0, count: window - 1, to: session)
        let watch = Stopwatch()
        try input.push(window - 1, count: 1, to: session)
        read()
        steps.append(watch.seconds)
    }

    private mutating func read() {
        if scores.isEmpty {
            embedding.withUnsafeMutableBufferPointer { session.readEmbedding(context: 0, into: $0) }
            return
        }
        logits.withUnsafeMutableBufferPointer { logits in
            session.readLogits(context: 0, into: logits)
            scores.withUnsafeMutableBufferPointer {
                applyScores(model.description.task, logits: UnsafeBufferPointer(logits), into: $0)
            }
        }
    }

    private static func median(_ values: [Double]) -> Double? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// How long a window of sound lasts; nil for other senses.
    private var windowDuration: Double? {
        guard let geometry = try? SoundGeometry(model.description.input) else { return nil }
        return Double(geometry.samplesPerWindow) / Double(geometry.sampleRate)
    }

    /// Bytes of this process in memory, the model's map included.
    private static var residentBytes: Int {
        let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return 0 }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        let fields = String(decoding: bytes[..<max(0, count)], as: UTF8.self).split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { return 0 }
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }

    func json(threads: Int) -> [UInt8] {
        var line = JSONLine()
        line.begin()
        line.key("model")
        line.path(model.path)
        line.key("threads")
        line.integer(threads)
        for (key, values) in [("window_ms" as StaticString, windows), ("step_ms", steps)] {
            line.key(key)
            line.beginObject()
            line.key("median")
            if let median = Self.median(values) { line.milliseconds(median * 1000) } else { line.null() }
            line.endObject()
        }
        line.key("real_time_factor")
        if let median = Self.median(windows), let duration = windowDuration {
            line.float(Float(median / duration))
        } else {
            line.null()
        }
        line.key("resident_bytes")
        line.integer(Self.residentBytes)
        line.key("load_ms")
        line.milliseconds(loadSeconds * 1000)
        line.key("instruction_set")
        line.string(session.instructionSet)
        line.end()
        return line.bytes
    }

    func text(threads: Int) -> [UInt8] {
        var line = PlainLine()
        line.begin()
        line.text("\(model.path), \(threads) thread\(threads == 1 ? "" : "s"), \(session.instructionSet)")
        line.literal("\n")
        for (name, values) in [("window" as StaticString, windows), ("step", steps)] {
            guard let median = Self.median(values) else { continue }
            line.literal("  ")
            line.literal(name)
            line.literal("  ")
            line.decimal(median * 1000, places: 3)
            line.text(" ms (median of \(values.count))")
            line.literal("\n")
        }
        if let median = Self.median(windows), let duration = windowDuration {
            line.literal("  real-time factor  ")
            line.decimal(median / duration, places: 5)
            line.literal("\n")
        }
        line.literal("  resident  ")
        line.decimal(Double(Self.residentBytes) / 1e6, places: 1)
        line.literal(" MB\n  load  ")
        line.decimal(loadSeconds * 1000, places: 1)
        line.literal(" ms")
        line.end()
        return line.bytes
    }
}
