import ArgumentParser
import TacitConsole
import TacitDiagnostics
import TacitLive
import TacitModelFile

/// `tacit bench`: speed on this machine.
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure how fast a model runs on this machine.",
        usage: "tacit bench [MODEL.gguf] [--threads N] [--seconds S | --iterations N] [--json]",
        discussion: """
            window: from the patches of a whole window in memory to scores. step: from one more patch, behind a full \
            cache, to scores. front end: from a window of samples to its patches. Medians. GOP/s: two operations for \
            each multiply-add of the trunk's matrices and of attention, for a window. The real-time factor is the time \
            for a window over the time that the window lasts.

            Without --threads it measures 1 thread, 2 threads and so on to as many as there are processors, each by \
            itself: with --json one object a line for each.
            """)

    @Argument(help: ArgumentHelp("The model.", valueName: "MODEL.gguf"))
    var arguments: [String] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Measure this many threads alone, not 1 to as many as there are processors.", valueName: "N")
    )
    var threads: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How long to measure each number of threads (default: \(Int(standardSeconds))).", valueName: "S"))
    var seconds: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Measure each thing exactly N times instead, after one that does not count: the same work every time.",
            valueName: "N"))
    var iterations: Int?

    @Option(
        name: .customLong("weights-isa"),
        help: ArgumentHelp("Instruction set to compute with instead of this machine's best.", valueName: "NAME"))
    var instructionSet: String?

    @OptionGroup var output: OutputOptions

    private static let standardSeconds = 3.0

    func validate() throws {
        _ = try ModelArgument.only(arguments)
        if let threads { try EngineOptions.require(threads: threads) }
        if let seconds, !(seconds > 0 && seconds <= 3600) {
            throw ValidationError("--seconds must be more than 0 and at most 3600: \(seconds)")
        }
        if let iterations {
            guard seconds == nil else { throw ValidationError("--iterations goes without --seconds") }
            guard (1...1_000_000).contains(iterations) else {
                throw ValidationError("--iterations must be from 1 to 1000000: \(iterations)")
            }
        }
    }

    func run() throws {
        let path = try ModelLookup.path(try ModelArgument.only(arguments), default: ModelFileName.sound)
        let extent = iterations.map(Benchmark.Extent.iterations) ?? .seconds(seconds ?? Self.standardSeconds)
        let most = min(Processors.count, EngineSettings.threadCounts.upperBound)
        for count in threads.map({ $0...$0 }) ?? 1...most {
            let engine = EngineSettings(threads: count, instructionSet: instructionSet)
            let benchmark = try Benchmark(path: path, engine: engine)
            try benchmark.run(extent)
            try StandardOutput.shared.write(output.json ? benchmark.json() : benchmark.text())
        }
    }
}
