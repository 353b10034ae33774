import ArgumentParser
import TacitConsole
import TacitDevices
import TacitDoctor
import TacitModelFile

/// `tacit doctor`: what is wrong on this machine, and what mends it.
struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say what is wrong on this machine, and the command that mends it.",
        usage:
            "tacit doctor [MODEL.gguf] [--device NAME | --command 'CMD ARG...'] [--labels FILE] [--to SINK ...] "
            + "[--json]",
        discussion: """
            Looks at devices, permissions and groups, models, the clock, the disk, services, power and memory; with \
            --to at brokers, pages and folders as well, with --labels at learned labels. Nothing is changed. \
            Exit status: 0 where nothing is wrong, else the first finding's: what a command would end with that fails \
            of it (65, 66, 69, 73), or 78 where none would.
            """)

    @Argument(help: ArgumentHelp("The model that is going to be used.", valueName: "MODEL.gguf"))
    var arguments: [String] = []

    @OptionGroup(title: "Input") var source: DoctorSourceOptions
    @OptionGroup(visibility: .hidden) var naming: NameOption
    @OptionGroup(title: "Labels") var learned: LearnedLabelsOption
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup var sinks: SinkOptions<SinksLookedAt>

    @Option(
        help: ArgumentHelp(
            "A folder that is laid out as a machine's root, instead of this machine; for tests.", valueName: "DIR",
            visibility: .hidden))
    var root: String?

    func validate() throws {
        try sinks.validate(labels: learned.path)
        _ = try ModelArgument.only(arguments)
    }

    func run() throws {
        var examination = Examination(System(root: root))
        // Labels that can't be read are told of by a check of their own.
        func model(_ given: String?, _ name: String) -> String? {
            (try? ModelLookup.path(given, default: name, taughtBy: learned.path))
                ?? (try? ModelLookup.path(given, default: name))
        }
        if let given = try ModelArgument.only(arguments) {
            examination.models = [model(given, ModelFileName.sound) ?? given]
            examination.isModelNamed = true
        } else {
            let names = [ModelFileName.sound, ModelFileName.image]
            examination.models = names.compactMap { model(nil, $0) }
            if examination.models.isEmpty {
                examination.missingModel = ModelLookup.missing(names)
            }
            examination.modelsFolder = Process.environment("TACIT_MODELS")
        }
        examination.labels = learned.path
        examination.device = source.device
        examination.command = try source.program.command.map { try SourceCommand($0) }
        examination.requests = try sinks.requests
        examination.sinks = sinks.settings
        examination.isTaught = examination.sinks.takesCorrections
        let findings = examination.findings()
        for finding in findings {
            try StandardOutput.shared.write(output.json ? FindingReport.json(finding) : FindingReport.text(finding))
        }
        if findings.isEmpty, !output.json { try StandardOutput.shared.write(Array("nothing is wrong\n".utf8)) }
        Process.exit(findings.first?.fault.exitStatus ?? 0)
    }
}
