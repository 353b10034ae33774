/// How much is kept of what events are about.
package struct ClipSettings: Equatable, Sendable {
    /// Seconds of sound before an event is decided; nil for the model's window and one second.
    package var before: Double?
    /// Seconds of sound after its end.
    package var after = 2.0
    /// Seconds that a clip is long at most.
    package var longest = 60.0
    /// How many clips are kept at most, how many bytes of them, and for how many days.
    package var count = 1000
    package var bytes = 500_000_000
    package var days = 30.0
    /// Bytes of the disk that are always left free; nil for a twentieth of it.
    package var reserve: Int?

    package init() {}

    func secondsBefore(window: Double) -> Double { before ?? window + 1 }
}
