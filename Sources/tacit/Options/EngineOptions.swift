import ArgumentParser
import TacitLive

/// How the engine computes. No choice here changes a result.
struct EngineOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Threads to compute with.", valueName: "N"))
    var threads = 1

    @Option(
        name: .customLong("weights-isa"),
        help: ArgumentHelp(
            "Instruction set to compute with instead of this machine's best; for tests.", valueName: "NAME"))
    var instructionSet: String?

    var settings: EngineSettings { EngineSettings(threads: threads, instructionSet: instructionSet) }

    func validate() throws {
        guard (1...256).contains(threads) else {
            throw ValidationError("--threads must be from 1 to 256: \(threads)")
        }
    }
}
