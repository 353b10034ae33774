/// How the engine computes. No choice here changes a result.
package struct EngineSettings: Sendable {
    /// Threads to compute with, 1...256.
    package var threads: Int
    /// nil for this machine's best.
    package var instructionSet: String?

    package init(threads: Int = 1, instructionSet: String? = nil) {
        self.threads = threads
        self.instructionSet = instructionSet
    }
}
