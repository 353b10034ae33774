/// What a camera's user should be told.
package enum CameraNote: Equatable, Sendable {
    /// It is open, and this was agreed with it.
    case opened(VideoStream)
    /// It isn't there, for this reason, and is waited for.
    case waiting(reason: String)
    /// It is gone, by this `errno`, and is waited for.
    case lost(cause: Int32)
    /// It is there, but for so many seconds no frame has come; it is opened anew.
    case stalled(seconds: Double)
    /// It delivers again.
    case returned
    /// So many frames since the start were not whole; told for each.
    case damaged(frames: Int)
    /// For so many seconds it has delivered the very same picture.
    case frozen(seconds: Double)
    /// The picture changes again.
    case moving
}
