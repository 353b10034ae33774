import ArgumentParser
import TacitConsole
import TacitLive

/// What is to be learned, corrected or looked at.
struct LearnOptions: ParsableArguments {
    @Flag(name: .customLong("not"), help: "The files are not NAME, a learned label or the model's own: correct it.")
    var isNot = false

    @Flag(
        help: """
            The files are what the place sounds or looks like when nothing happens. What a tagger says of them, or \
            nearly says, it says no more of what is like them.
            """)
    var background = false

    @Flag(help: "Print what has been learned; --json with --background, what of the background is known as well.")
    var list = false

    @Flag(help: "Teach all labels anew to MODEL, from the clips that were kept.")
    var renew = false

    @Option(
        help: ArgumentHelp(
            "Forget a learned label, or what one of the model's was corrected or is held back by.", valueName: "NAME"))
    var forget: String?

    @Flag(
        name: .customLong("forget-background"),
        help: "Forget what the place sounds or looks like; labels that were held back there are said again.")
    var forgetBackground = false

    @Option(
        parsing: .upToNextOption, help: ArgumentHelp("Give a learned label another name.", valueName: "OLD NEW"))
    var rename: [String] = []

    @Option(
        name: .customLong("export"),
        help: ArgumentHelp(
            "Write the labels NAME..., or all, with their corrections to a file of their own.", valueName: "FILE"))
    var exportPath: String?

    @Option(
        name: .customLong("import"),
        help: ArgumentHelp("Take over the labels and corrections of another file.", valueName: "FILE"))
    var importPath: String?

    @Flag(
        name: .customLong("no-clips"),
        help: """
            Keep no sound and no picture of the examples, with --export or --import neither of those that are taken \
            over; --renew can't use them.
            """)
    var noClips = false

    /// What to do, of which there is one.
    enum Task {
        case examples(TeachingPurpose)
        case list, renew, forgetBackground
        case forget(String)
        case rename(String, String)
        case export(String)
        case importing(String)

        /// Whether there must be labels already.
        var needsLabels: Bool {
            switch self {
            case .examples, .importing: false
            case .list, .renew, .forgetBackground, .forget, .rename, .export: true
            }
        }
    }

    /// - Parameter words: what stands on the command line behind the model, a label's name first where a task has one.
    /// - Throws: `ValidationError` for tasks that don't go together, and for a name or a path that is missing.
    func task(_ words: [String]) throws -> Task {
        // Where none is given, a task that takes one is refused at the end: other faults are told before.
        let name = words.first ?? ""
        var tasks: [(String, Task)] = []
        if isNot { tasks.append(("--not", .examples(.not(name)))) }
        if background, !list { tasks.append(("--background", .examples(.background))) }
        if list { tasks.append(("--list", .list)) }
        if renew { tasks.append(("--renew", .renew)) }
        if let forget { tasks.append(("--forget", .forget(forget))) }
        if forgetBackground { tasks.append(("--forget-background", .forgetBackground)) }
        if !rename.isEmpty {
            guard rename.count == 2 else { throw ValidationError("--rename takes two names, OLD and NEW") }
            tasks.append(("--rename", .rename(rename[0], rename[1])))
        }
        if let exportPath { tasks.append(("--export", .export(exportPath))) }
        if let importPath { tasks.append(("--import", .importing(importPath))) }
        for (option, path) in [("--export", exportPath), ("--import", importPath)] where path == "" {
            throw ValidationError("\(option) names a file.")
        }
        guard tasks.count <= 1 else {
            throw ValidationError("\(tasks[0].0) and \(tasks[1].0) don't go together")
        }
        let task = tasks.first?.1 ?? .examples(.label(name))
        if noClips {
            switch task {
            case .examples, .export, .importing: break
            default: throw ValidationError("--no-clips is for examples, --export and --import.")
            }
        }
        if case .examples(let purpose) = task, !purpose.isBackground, words.isEmpty {
            throw ValidationError("Name a label, then its examples.")
        }
        return task
    }
}
