/// What someone says of an event.
package enum Judgement: Equatable, Sendable {
    /// That it was this, by name.
    case label(String)
    /// That it was nothing that has a name.
    case nothing
}

/// Learns from what someone says of events, by their clips.
package protocol ClipTeaching: Sendable {
    /// Called by one thread at a time, which it may keep for as long as an example takes to compute.
    ///
    /// - Parameters:
    ///   - judgement: what it was.
    ///   - clip: path of the sound or picture.
    ///   - said: the label that it was said to be.
    /// - Returns: what was learned of it.
    /// - Throws: `TacitError`: usage for what can't be taught, input for a clip that is not there, and as files of
    ///   learned labels have it.
    func teach(_ judgement: Judgement, clip: String, said: String) throws -> Lesson
}

/// What was learned of one clip, instead of what was learned of it before.
package struct Lesson: Equatable, Sendable {
    /// The label that it is an example of; nil where it is one of none, or of a label of the model's own.
    package var learned: String?
    /// The label that it is now known not to be.
    package var corrected: String?
    /// What it was said to be and is no label any more: it was renamed or forgotten since.
    package var vanished: String?
    /// Labels that it had been the only example of.
    package var forgotten: [String] = []

    package init(learned: String?, corrected: String?) {
        self.learned = learned
        self.corrected = corrected
    }
}
