import ArgumentParser
import TacitLabelling

/// How far apart readings are.
struct HopOption: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Seconds of sound from one reading to the next, rounded to whole steps of the model (default: 1 in a "
                + "stream and for models of one endless context, else a window).",
            valueName: "SECONDS"))
    var hop: Double?

    func validate() throws {
        if let hop {
            guard WindowPlan.isHop(hop) else {
                throw ValidationError(
                    "--hop must be more than 0 and at most \(Int(WindowPlan.longestHop)) seconds: \(hop)")
            }
        }
    }
}
