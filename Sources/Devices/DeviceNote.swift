/// What the user of a microphone or a camera should be told. Each trouble is told once.
package enum DeviceNote: Equatable, Sendable {
    /// It is open: the device in words, and what was agreed with it.
    case opened(name: String, format: String)
    /// It isn't there, for this reason, and is waited for.
    case waiting(reason: String)
    /// It is gone, by this `errno`, and is waited for; 0 when it stopped delivering.
    case lost(cause: Int32)
    /// It is there, but for so many seconds nothing has come; it is opened anew.
    case stalled(seconds: Double)
    /// It delivers again.
    case returned
    /// For so many seconds it has delivered nothing but zeros.
    case silent(seconds: Double)
    /// It delivers something else than zeros again.
    case audible
    /// So many frames since the start were not whole; told for each.
    case damaged(frames: Int)
    /// For so many seconds it has delivered the very same picture.
    case frozen(seconds: Double)
    /// The picture changes again.
    case moving
}
