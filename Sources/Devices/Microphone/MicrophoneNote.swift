/// What a microphone's user should be told.
package enum MicrophoneNote: Equatable, Sendable {
    /// It is open: the device in words, and what was agreed with it.
    case opened(name: String, format: CaptureFormat)
    /// It isn't there, for this reason, and is waited for.
    case waiting(reason: String)
    /// It is gone, by this `errno`, and is waited for; 0 when it stopped delivering.
    case lost(cause: Int32)
    /// It is back.
    case returned
    /// For so many seconds it has delivered nothing but zeros.
    case silent(seconds: Double)
    /// It delivers something else than zeros again.
    case audible
}
