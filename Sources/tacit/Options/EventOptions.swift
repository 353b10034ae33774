import ArgumentParser
import TacitLabelling
import TacitModelFile

/// How labels become events.
struct EventOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Average scores over so many seconds before events are decided (default: the model's, for its own labels, "
                + "or 0).",
            valueName: "SECONDS"))
    var smooth: Double?

    @Option(
        name: .customLong("on-after"),
        parsing: .unconditional,
        help: ArgumentHelp(
            "How long a score must have reached its threshold to turn on (default: the model's, or 0).",
            valueName: "SECONDS"))
    var onAfter: Double?

    @Option(
        name: .customLong("off-after"),
        parsing: .unconditional,
        help: ArgumentHelp(
            "How long a score must have stayed below to turn off (default: the model's, or 0).", valueName: "SECONDS"))
    var offAfter: Double?

    @Option(
        name: .customLong("off-below"),
        parsing: .unconditional,
        help: ArgumentHelp(
            "Below which part of its threshold a score turns off (default: the model's, or 0.8).", valueName: "FRACTION"
        ))
    var offBelow: Double?

    @Option(
        help: ArgumentHelp("Only these labels, with commas between; may be given again.", valueName: "LABEL[,LABEL]"))
    var only: [String] = []

    @Option(
        help: ArgumentHelp("All labels but these, with commas between; may be given again.", valueName: "LABEL[,LABEL]")
    )
    var except: [String] = []

    /// Those of a model's labels that make events and are shown.
    ///
    /// - Parameter labelsCome: whether labels may be taught while the stream runs.
    /// - Throws: `TacitError` (usage) for what is no label and none to come, and where none is left.
    func selection(of labels: [String], labelsCome: Bool) throws -> LabelSelection {
        try LabelSelection(
            labels: labels, only: only, except: except, labelsCome: labelsCome, called: ("--only", "--except"))
    }

    /// What is given, and for the rest what the model says, if it does.
    func settings(_ model: EventSettings? = nil) -> EventSettings {
        (model ?? EventSettings()).changed(smooth: smooth, onAfter: onAfter, offAfter: offAfter, offBelow: offBelow)
    }
}
