import TacitDiagnostics

/// How scores become events: everything in seconds, so that it means the same at every hop.
package struct EventSettings: Equatable, Sendable {
    /// Scores are averaged over the readings of the last so many seconds, the newest included; 0 for none.
    package var smooth: Double
    /// For how long the smoothed score must have reached its threshold before the event turns on.
    package var onAfter: Double
    /// For how long it must have stayed under `offBelow` times its threshold before the event turns off.
    package var offAfter: Double
    /// The lower level, as a part of the threshold: between the two an event stays what it is.
    package var offBelow: Double

    package init(smooth: Double = 0, onAfter: Double = 0, offAfter: Double = 0, offBelow: Double = 0.8) {
        self.smooth = smooth
        self.onAfter = onAfter
        self.offAfter = offAfter
        self.offBelow = offBelow
    }

    /// These settings, but for what is given.
    package func changed(
        smooth: Double? = nil, onAfter: Double? = nil, offAfter: Double? = nil, offBelow: Double? = nil
    ) -> EventSettings {
        EventSettings(
            smooth: smooth ?? self.smooth, onAfter: onAfter ?? self.onAfter, offAfter: offAfter ?? self.offAfter,
            offBelow: offBelow ?? self.offBelow)
    }

    /// The longest smoothing or wait: a week.
    static let longest = 604_800.0

    /// Why no event could ever turn on, or off again, and the field that says so, by its name in files; nil if all is
    /// well.
    package var fault: (field: String, reason: String)? {
        for (field, name, seconds) in [
            ("smooth", "smoothing", smooth), ("on_after", "wait before on", onAfter),
            ("off_after", "wait before off", offAfter),
        ] where !(seconds >= 0 && seconds <= Self.longest) {
            return (field, "a \(name) of \(seconds) seconds, expected 0 to a week")
        }
        guard offBelow > 0 else {
            return ("off_below", "an event that must fall below \(offBelow) of its threshold can never turn off")
        }
        guard offBelow <= 1 else {
            return ("off_below", "an event that turns off below \(offBelow) of its threshold, expected at most 1")
        }
        return nil
    }

    /// - Throws: `TacitError` (usage) for settings with which no event could ever turn on, or off again.
    package func validate() throws {
        if let fault { throw TacitError(.usage, fault.reason) }
    }
}
