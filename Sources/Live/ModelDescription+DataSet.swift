import TacitDiagnostics
import TacitEvaluation
import TacitModelFile

extension ModelDescription {
    /// - Parameter path: the model's, for the error.
    /// - Throws: `TacitError` (bad data) when the model has no labels to give.
    package func requireLabels(_ path: String) throws {
        guard !labels.isEmpty else {
            throw TacitError.badData(path, at: "labels", "the model has none, so it can only embed")
        }
    }

    /// Reads the list of a data set that the model can be measured on.
    ///
    /// - Parameters:
    ///   - kind: of which layout.
    ///   - folder: where it is.
    ///   - split: nil for the one that is measured on as a rule.
    ///   - calibrates: whether nil is for the one to look at while a model is made.
    ///   - path: the model's, for errors.
    /// - Throws: `TacitError`: bad data for a model without labels or of another sense, and what reading a set throws.
    package func dataSet(
        _ kind: DataSetKind, folder: String, split: String?, calibrates: Bool = false, path: String
    ) throws -> DataSet {
        try requireLabels(path)
        let medium: DataSetKind.Medium
        switch input.sense {
        case .sound: medium = .sound
        case .pictures: medium = .picture
        case .tokens:
            throw TacitError.badData(path, at: "input", "the model takes tokens, not what a data set holds")
        }
        if let held = kind.medium, held != medium {
            throw TacitError.badData(
                path, at: "input",
                medium == .sound
                    ? "the model takes sound, and \(kind.rawValue) is of pictures"
                    : "the model takes images, and \(kind.rawValue) is of sound")
        }
        if split == nil, calibrates { return try kind.readForCalibration(path: folder, medium: medium) }
        return try kind.read(path: folder, split: split, medium: medium)
    }
}
