import TacitEngine

/// How the engine computes. No choice here changes a result.
package struct EngineSettings: Sendable {
    /// How many threads there may be.
    package static let threadCounts = Session.threadCounts

    /// Threads to compute with, one of `threadCounts`.
    package var threads: Int
    /// nil for this machine's best.
    package var instructionSet: String?

    package init(threads: Int = 1, instructionSet: String? = nil) {
        self.threads = threads
        self.instructionSet = instructionSet
    }
}
