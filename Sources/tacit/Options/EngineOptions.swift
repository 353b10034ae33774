import ArgumentParser
import TacitLive

/// How the engine computes. No choice here changes a result.
struct EngineOptions: ParsableArguments {
    @Option(parsing: .unconditional, help: ArgumentHelp("Threads to compute with.", valueName: "N"))
    var threads = 1

    @Option(
        name: .customLong("weights-isa"),
        help: ArgumentHelp(
            "Instruction set to compute with instead of this machine's best; for tests.", valueName: "NAME"))
    var instructionSet: String?

    var settings: EngineSettings { EngineSettings(threads: threads, instructionSet: instructionSet) }

    func validate() throws { try Self.require(threads: threads) }

    /// - Throws: `ValidationError` for a number of threads that there can't be.
    static func require(threads: Int) throws {
        let counts = EngineSettings.threadCounts
        guard counts.contains(threads) else {
            throw ValidationError("--threads must be from \(counts.lowerBound) to \(counts.upperBound): \(threads)")
        }
    }
}
