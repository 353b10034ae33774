import ArgumentParser
import TacitConsole
import TacitDiagnostics
import TacitEvaluation
import TacitLive
import TacitModelFile

/// `tacit eval`: accuracy or mean average precision over a data set.
struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Measure a model on a data set.",
        usage: "tacit eval [MODEL.gguf] --dataset KIND:PATH [--split SPLIT] [OPTIONS]",
        discussion: """
            KIND is one of \(DataSetKind.allCases.map(\.rawValue).joined(separator: ", ")); PATH is the data set's \
            folder in its published layout. Labels are matched by name. Sets with one label an example are measured by \
            accuracy, FSD50K by mean average precision over its classes.
            """)

    @Argument(help: ArgumentHelp("The model.", valueName: "MODEL.gguf"))
    var arguments: [String] = []

    @Option(help: ArgumentHelp("The data set.", valueName: "KIND:PATH"))
    var dataset: String

    @Option(
        help: ArgumentHelp(
            "Which part of it, such as fold-5, test or eval; left out, the set's test part; esc-50, gtzan and a folder: all.",
            valueName: "SPLIT"))
    var split: String?

    @Option(
        help: ArgumentHelp(
            "Also write what the model said about each example, as JSON Lines with path, truth, the label said and logits.",
            valueName: "FILE"))
    var predictions: String?

    @OptionGroup var output: OutputOptions
    @OptionGroup var learned: LearnedLabelsOption
    @OptionGroup var hop: HopOption
    @OptionGroup var engine: EngineOptions

    private func parsedDataSet() throws -> (kind: DataSetKind, path: String) {
        try DataSetKind.parse(dataset) { ValidationError("--dataset \($0)") }
    }

    func validate() throws {
        _ = try ModelArgument.only(arguments)
        _ = try parsedDataSet()
        if let predictions, let fault = FileToWrite.fault(of: predictions, "--predictions") {
            throw ValidationError(fault)
        }
    }

    func run() throws {
        let (kind, folder) = try parsedDataSet()
        let path = try ModelLookup.path(
            try ModelArgument.only(arguments), default: ModelFileName.sound, taughtBy: learned.path)
        let model = try LoadedModel(path: path, labels: learned.path)
        let set = try model.description.dataSet(kind, folder: folder, split: split, path: path)
        for note in set.leftOut { StandardError.line(note) }
        let labeller = try FileLabeller(model, hop: hop.hop, engine: engine.settings)
        var run = try EvaluationRun(set, model: model)
        var results = try EvaluationOutput(set, predictions: predictions)
        try run.run(labeller) {
            StandardError.tell($1.damage, of: $0.path)
            try results.take($0, $1, said: $2, done: $3, accuracy: $4)
        }
        try results.finish()
        try results.write(run, json: output.json)
        // The figure is that of a part of the set.
        if set.lacksExamples { throw ExitStatus.Reported(kind: .badData) }
    }
}
