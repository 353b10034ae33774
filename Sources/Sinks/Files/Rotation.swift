/// When a file of lines is put away and a new one begun.
package struct Rotation: Equatable, Sendable {
    /// Before it would become larger than this.
    package var bytes: Int?
    /// With the first line of a new day, UTC as the lines have it.
    package var isDaily = false
    /// How many that were put away are kept.
    package var kept = 30

    package init() {}
}
