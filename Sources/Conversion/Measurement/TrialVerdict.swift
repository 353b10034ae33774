import TacitMeasures
import TacitModelFile

/// What a trial's errors lead to.
struct TrialVerdict {
    /// The most that last hidden states may be off for int8's fast form to be taken. The made-up white noise of a
    /// projection is harder than sounds and pictures are, by which trunks without outliers stay below 0.09 and 0.15;
    /// tokens come as they are drawn here, and their trunks are language models, which other programs round to within
    /// 0.03 to 0.05.
    static func bearable(_ input: InputDescription) -> RelativeError {
        if case .tokens = input { return RelativeError(mean: 0.04, worst: 0.2) }
        return RelativeError(mean: 0.1, worst: 0.2)
    }
    /// What smoothing has to leave of the mean error, or less, to be worth it.
    static let worthwhile = 0.95

    private(set) var form = ConversionOptions.Int8Form.rows
    private(set) var isSmoothed = false
    /// How far int8's fast form puts the trunk off, smoothed if that helps, where forms were tried.
    private(set) var rowsError: RelativeError?
    /// How far the form that is taken puts it off, as it is and smoothed, where both were tried.
    private(set) var smoothing: SmoothingErrors?
    /// How far what is taken puts it off, where that was tried.
    private(set) var error: RelativeError?
    /// What two planes in the first layers are worth, where that was tried.
    var twoPlanes: TwoPlaneVerdict?
    /// What was decided before.
    private let wantedTwoPlaneLayers: Int?
    /// First layers that have two planes, where a trunk's width alone does not ask for them everywhere.
    var twoPlaneLayers: Int {
        wantedTwoPlaneLayers ?? twoPlanes.map { $0.isTaken ? $0.layers : 0 } ?? 0
    }

    /// - Parameters:
    ///   - errors: of the ways that were tried; where there are none, nothing is smoothed and the fast form is taken.
    ///   - description: of the whole model.
    ///   - options: what is decided already.
    init(
        _ errors: [QuantizationTrial.Way: RelativeError], _ description: ModelDescription, _ options: ConversionOptions
    ) {
        let width = description.trunk.width
        let bearable = Self.bearable(description.input)
        func isTame(_ error: RelativeError) -> Bool { error.mean <= bearable.mean && error.worst <= bearable.worst }
        wantedTwoPlaneLayers = options.weights == .int8 ? options.twoPlaneLayers : 0
        func helps(_ form: QuantizationTrial.Form) -> Bool {
            guard let before = errors[.init(form: form, isSmoothed: false)] else {
                return errors[.init(form: form, isSmoothed: true)] != nil
            }
            guard let after = errors[.init(form: form, isSmoothed: true)] else { return false }
            return after.mean <= Self.worthwhile * before.mean
        }
        let int4 = QuantizationTrial.fourBits(options, width: width)
        // Four bits lose the most: of mixed weights, they decide.
        func isSmoothed(_ form: QuantizationTrial.Form) -> Bool {
            if let decided = options.smoothing { return decided == .on }
            guard options.weights == .int8 else { return helps(int4) }
            // A trunk that bears the fast form as it is stays as it is: there is nothing to gain that a label would
            // show.
            if form == .rows, let plain = errors[.init(form: .rows, isSmoothed: false)], isTame(plain) {
                return false
            }
            return helps(form)
        }
        if let forced = options.int8Form {
            form = forced
        } else if let error = errors[.init(form: .rows, isSmoothed: isSmoothed(.rows))] {
            rowsError = error
            form = isTame(error) ? .rows : .groups
        }
        let taken = options.weights == .int8 ? (form == .groups ? QuantizationTrial.Form.groups : .rows) : int4
        self.isSmoothed = isSmoothed(taken)
        error = errors[.init(form: taken, isSmoothed: self.isSmoothed)]
        if let before = errors[.init(form: taken, isSmoothed: false)],
            let after = errors[.init(form: taken, isSmoothed: true)]
        {
            smoothing = SmoothingErrors(before: before, after: after)
        }
    }
}

/// How far a trunk is put off by the form that it is stored in, its activations as they are and smoothed.
package struct SmoothingErrors: Equatable, Sendable {
    package let before: RelativeError
    package let after: RelativeError
}
