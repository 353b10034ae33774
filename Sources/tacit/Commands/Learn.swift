import ArgumentParser
import TacitConsole
import TacitDiagnostics
import TacitLearning
import TacitLive
import TacitModelFile

/// `tacit learn`: labels that a model did not have, from examples.
struct Learn: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "learn",
        abstract: "Teach a label from examples, or correct one.",
        usage: """
            tacit learn [MODEL.gguf] NAME PATH... --labels FILE
            tacit learn [MODEL.gguf] NAME --device NAME|--camera --labels FILE
            tacit learn [MODEL.gguf] --not NAME PATH... --labels FILE
            tacit learn [MODEL.gguf] --background PATH... --labels FILE
            tacit learn [MODEL.gguf] --list|--renew|--forget NAME|--forget-background|--rename OLD NEW --labels FILE
            tacit learn [MODEL.gguf] --export FILE [NAME...]|--import FILE --labels FILE
            """,
        discussion: """
            Five examples are enough to begin with; one PATH may be -, standard input. What is learned stands in FILE, \
            which listen, watch, record, classify, eval and doctor take with --labels too; the model stays as it is. \
            Sounds and pictures of the examples stay in FILE as well, so that a newer model can be taught the same \
            labels, unless --no-clips.
            """)

    @Argument(
        help: ArgumentHelp("The model, the label's name, and the examples.", valueName: "MODEL.gguf> <NAME> <PATH"))
    var arguments: [String] = []

    @OptionGroup var learned: LearnedLabelsOption
    @OptionGroup var options: LearnOptions
    @OptionGroup var live: LiveExampleOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var engine: EngineOptions

    func validate() throws {
        _ = try words()
        guard learned.path != nil else {
            throw ValidationError("Name the file of learned labels with --labels; the first label makes it.")
        }
    }

    /// What stands on the command line beside the options.
    private func words() throws -> (model: String?, paths: [String], task: LearnOptions.Task) {
        let (model, rest) = ModelArgument.split(arguments)
        let task = try options.task(rest)
        guard case .examples(let purpose) = task else {
            if case .export = task { return (model, rest, task) }
            if let extra = rest.first { throw ValidationError("Unexpected argument '\(extra)'.") }
            if live.isGiven { throw ValidationError("--device and --camera are for examples.") }
            return (model, [], task)
        }
        let paths = Array(rest.dropFirst(purpose.isBackground ? 0 : 1))
        guard paths.isEmpty == live.isGiven else {
            throw ValidationError(
                paths.isEmpty
                    ? "Name files, or --device or --camera for examples as they come."
                    : "--device and --camera take examples as they come: they don't go with files.")
        }
        try ModelArgument.requireStandardInputOnce(paths)
        return (model, paths, task)
    }

    func run() throws {
        let (given, paths, task) = try words()
        guard let file = learned.path else { return }
        if case .list = task {
            let labels = try LabelsFile.require(file)
            // Labels that were taught to another model are listed too: it may have to be renewed for this one.
            if let given { _ = try LoadedModel(path: given) }
            return try LearnOutput(json: output.json).list(
                labels, changed: nil, tellsBackground: options.background)
        }
        let standard = live.isCamera ? ModelFileName.image : ModelLookup.defaultName(forFirst: paths.first)
        // Labels that are taught anew are taught to what is there now.
        let keeper = if case .renew = task { nil as String? } else { file }
        let model = try LoadedModel(path: try ModelLookup.path(given, default: standard, taughtBy: keeper))
        let teacher = try LabelTeacher.locked(file) {
            if task.needsLabels { _ = try LabelsFile.require(file) }
            return try LabelTeacher(
                model, file: file, engine: engine.settings, keepsClips: !options.noClips,
                output: LearnOutput(json: output.json))
        }
        switch task {
        case .examples(let purpose):
            // Before a device is opened and somebody asked to ring.
            try teacher.require(purpose)
            if live.isGiven {
                try teacher.take(try LiveExamples(live, teacher.maker), purpose)
            } else {
                try teacher.take(FileRun.expanded(paths, model), purpose)
            }
        case .forget(let name): try teacher.change { try $0.forget(name, $1) }
        case .forgetBackground: try teacher.change { try $0.forgetBackground($1) }
        case .rename(let old, let new): try teacher.change { try $0.rename(old, to: new, $1) }
        case .renew: try teacher.renew()
        case .export(let path): try teacher.export(paths, to: path)
        case .importing(let path): try teacher.importing(path)
        case .list: break
        }
    }
}
