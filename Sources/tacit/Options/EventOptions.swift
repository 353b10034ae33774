import ArgumentParser
import TacitLabelling

/// How labels become events.
struct EventOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Average scores over so many seconds before events are decided.", valueName: "SECONDS"))
    var smooth = 0.0

    @Option(
        name: .customLong("on-after"),
        help: ArgumentHelp("How long a score must have reached its threshold to turn on.", valueName: "SECONDS"))
    var onAfter = 0.0

    @Option(
        name: .customLong("off-after"),
        help: ArgumentHelp("How long a score must have stayed below to turn off.", valueName: "SECONDS"))
    var offAfter = 0.0

    @Option(
        name: .customLong("off-below"),
        help: ArgumentHelp("Below which part of its threshold a score turns off.", valueName: "FRACTION"))
    var offBelow = 0.8

    @Option(
        help: ArgumentHelp("Only these labels, with commas between; may be given again.", valueName: "LABEL[,LABEL]"))
    var only: [String] = []

    @Option(
        help: ArgumentHelp("All labels but these, with commas between; may be given again.", valueName: "LABEL[,LABEL]")
    )
    var except: [String] = []

    var settings: EventSettings {
        EventSettings(smooth: smooth, onAfter: onAfter, offAfter: offAfter, offBelow: offBelow)
    }
}
