/// What storing its weights does to a model's results.
package struct MeasuredErrors: Sendable {
    /// nil where nothing is lost, or the model computes nothing but zeros.
    package var random: RandomErrors?
    /// nil without a set of data.
    package var calibration: Calibration?

    package init(random: RandomErrors? = nil, calibration: Calibration? = nil) {
        self.random = random
        self.calibration = calibration
    }
}
