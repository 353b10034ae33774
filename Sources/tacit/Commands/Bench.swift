import ArgumentParser

/// `tacit bench`: speed on this machine.
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure how fast a model runs on this machine.",
        usage: "tacit bench [MODEL.gguf] [--threads N] [--seconds S] [--json]",
        discussion: """
            window: from the patches of a whole window in memory to scores. step: from one more patch, behind all the \
            others of a window, to scores. Medians. The real-time factor is the time for a window over the time that \
            the window lasts.
            """)

    @Argument(help: ArgumentHelp("The model.", valueName: "MODEL.gguf"))
    var arguments: [String] = []

    @Option(help: ArgumentHelp("How long to measure.", valueName: "S"))
    var seconds = 3.0

    @OptionGroup var output: OutputOptions
    @OptionGroup var engine: EngineOptions

    func validate() throws {
        _ = try ModelArgument.only(arguments)
        guard seconds > 0, seconds <= 3600 else {
            throw ValidationError("--seconds must be more than 0 and at most 3600: \(seconds)")
        }
    }

    func run() throws {
        let path = try ModelLookup.path(try ModelArgument.only(arguments), default: ModelLookup.sound)
        let watch = Stopwatch()
        let model = try LoadedModel(path: path)
        let rows = min(model.description.input.window, 128)
        let session = try model.session(contexts: 1, rows: rows, engine: engine)
        var benchmark = Benchmark(model, session, loadSeconds: watch.seconds)
        try benchmark.run(seconds: seconds)
        try StandardOutput.shared.write(
            output.json ? benchmark.json(threads: engine.threads) : benchmark.text(threads: engine.threads))
    }
}
