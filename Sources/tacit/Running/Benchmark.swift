import TacitDiagnostics
import TacitEngine
import TacitLabelling
import TacitLive

/// Times one model with one number of threads: whole windows, single patches behind a full cache, and the front end.
final class Benchmark {
    /// When to stop.
    enum Extent {
        case seconds(Double)
        /// So many of each, whatever the time: the same work every time, for tools that count instructions.
        case iterations(Int)
    }

    let model: LoadedModel
    let session: Session
    let threads: Int
    /// To open the file and make the session.
    let loadSeconds: Double
    private(set) var windows = Timings()
    /// Empty with full attention, which has none.
    private(set) var steps = Timings()
    /// Empty where the input is no sound.
    private(set) var frontEnds = Timings()

    private let input: BenchmarkInput
    private let sound: BenchmarkSound?
    /// The next patch of an endless stream.
    private var next = 0
    private var scores: [Float]
    private var logits: [Float]
    private var embedding: [Float]

    init(path: String, engine: EngineSettings) throws {
        let watch = Stopwatch()
        model = try LoadedModel(path: path)
        let description = model.description
        session = try model.session(contexts: 1, rows: description.rowsAtOnce, engine: engine)
        loadSeconds = watch.seconds
        threads = engine.threads
        input = BenchmarkInput(description.input)
        sound = BenchmarkSound(description.input, instructionSet: engine.instructionSet)
        scores = Array(repeating: 0, count: description.labels.count)
        logits = scores
        embedding = Array(repeating: 0, count: description.trunk.width)
    }

    private var window: Int { model.description.input.window }
    private var isSliding: Bool { model.description.context == .sliding }

    /// Alternates between what is timed, at least three times each, after one round that is not counted.
    func run(_ extent: Extent) throws {
        // A stream goes on behind its window, so that several steps cost no window more.
        var stepsPerRound = isSliding ? 8 : 1
        if case .iterations = extent { stepsPerRound = 1 }
        try round(steps: 1)
        windows.removeAll()
        steps.removeAll()
        frontEnds.removeAll()
        let watch = Stopwatch()
        func isDone() -> Bool {
            switch extent {
            case .seconds(let seconds): windows.count >= 3 && watch.seconds >= seconds
            case .iterations(let count): windows.count >= count
            }
        }
        while !isDone() { try round(steps: stepsPerRound) }
    }

    private func round(steps count: Int) throws {
        session.reset(context: 0)
        try windows.time(passWindow)
        if model.description.attention == .causal {
            for _ in 0..<count { try timeStep() }
        }
        if let sound { frontEnds.time(sound.pass) }
    }

    /// A `sliding` context holds a full cache once a window has gone by, and after every step again. A `restart`
    /// context has room for no more than its window, so that its cache is filled anew, up to the last patch.
    private func timeStep() throws {
        if !isSliding {
            session.reset(context: 0)
            try input.push(0, count: window - 1, to: session)
            next = window - 1
        }
        try steps.time(passStep)
    }

    // Functions of their own in the executable as well, whose instructions can be told apart by name
    // (tools/count-instructions).

    /// From a window of patches in memory to scores.
    @inline(never)
    func passWindow() throws {
        try input.push(0, count: window, to: session)
        next = 0
        read()
    }

    /// From one more patch to scores.
    @inline(never)
    func passStep() throws {
        try input.push(next, count: 1, to: session)
        next = (next + 1) % window
        read()
    }

    private func read() {
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
}
