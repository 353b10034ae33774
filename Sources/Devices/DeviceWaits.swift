import TacitDiagnostics

/// How long devices, and programs in their place, are waited for where nobody says how long, in seconds.
public enum DeviceWaits {
    /// For one that is absent at the start.
    public static let atStart = 0.0
    /// For one that was there and is lost.
    public static let lost = 60.0

    /// - Throws: `TacitError` (usage) for seconds that nobody can wait.
    package static func require(_ waits: Double...) throws {
        for seconds in waits where !(seconds >= 0) {
            throw TacitError(.usage, "a wait of \(seconds) seconds, expected 0 or more")
        }
    }
}
