import ArgumentParser
import TacitComparison
import TacitConsole
import TacitMeasures
import TacitModelFile

/// `tacit-convert compare`: how far two models' results are apart.
struct CompareCommand: ParsableCommand {
    static let name = "compare"

    static let configuration = CommandConfiguration(
        commandName: "tacit-convert compare",
        abstract: "Compare two model files that should say the same.",
        usage: "tacit-convert compare A.gguf B.gguf [--calibration KIND:PATH] [--split SPLIT] [--json]",
        discussion: """
            B, say in int8, is held against A, say in f32: on made-up patches how far the trunk's output and the \
            logits are off, and how many contexts have the same label; on data the metric of both as well (in JSON \
            "f32" is A's and "stored" is B's, whatever they hold). Both must take the same input and have the same \
            labels.
            """)

    @Argument(help: ArgumentHelp("The model to hold the other against.", valueName: "A.gguf"))
    var reference: String

    @Argument(help: ArgumentHelp("The other.", valueName: "B.gguf"))
    var other: String

    @OptionGroup var data: CalibrationOptions

    @Flag(help: "Print JSON instead of lines.")
    var json = false

    func run() throws {
        let files = try (ModelFile(path: reference), ModelFile(path: other))
        let comparison = try ModelComparison(files.0, files.1)
        let set = try data.set(for: files.0.description, path: reference)
        let engine = CalibrationOptions.engine
        var errors = MeasuredErrors(random: try comparison.random(engine: engine))
        let progress = ProgressBar()
        defer { progress.clear() }
        errors.calibration = try set.map {
            try comparison.calibration($0, engine: engine) { done, all in
                try Process.checkStop()
                progress.show(done, of: all)
            }
        }
        progress.clear()
        let text = json ? errors.json : errors.lines(isComparison: true).joined(separator: "\n")
        try StandardOutput.shared.write(Array("\(text)\n".utf8))
        try CalibrationOptions.requireWhole(set)
    }
}
