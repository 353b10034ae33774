import TacitDiagnostics

/// Labelled examples of one split of a data set, read from its published layout. Knows nothing of models.
package struct DataSet: Sendable {
    /// One file, or one picture of a larger one, and what is in it.
    package struct Example: Equatable, Sendable {
        /// The data set's folder joined with the file's name in it; `#` and a number follow where the file holds many.
        package var path: String
        /// The picture's place in `DataSet.pictures`; nil where it lies in the file `path`.
        package var picture: Int?
        /// Indices into `DataSet.classes`, ascending; exactly one unless the set is multi-label.
        package var classes: [Int]

        package init(path: String, classes: [Int], picture: Int? = nil) {
            self.path = path
            self.classes = classes
            self.picture = picture
        }
    }

    package var kind: DataSetKind
    package var split: String
    /// The names of the classes, in the data set's own order.
    package var classes: [String]
    /// Whether an example may belong to several classes (or none); then mean average precision is the measure, else
    /// accuracy.
    package var isMultilabel: Bool
    /// In the data set's own order, which is the same on every machine.
    package var examples: [Example]

    /// Pictures that don't lie in files of their own; nil if there are none.
    package var pictures: PictureSet?

    /// What lies in the set's folder and is no example, in words, one line each.
    package var leftOut: [String] = []
    /// Whether that would have been an example, were it in a format that is read.
    package var lacksExamples = false

    package init(
        kind: DataSetKind, split: String, classes: [String], isMultilabel: Bool, examples: [Example],
        pictures: PictureSet? = nil
    ) {
        self.kind = kind
        self.split = split
        self.classes = classes
        self.isMultilabel = isMultilabel
        self.examples = examples
        self.pictures = pictures
    }

    /// For each class the index of the model's label of the same name; nil for classes that no example belongs to.
    ///
    /// - Throws: `TacitError` (bad data) naming the first class that the model has no label for.
    package func labelIndices(among labels: [String], model: String) throws -> [Int?] {
        let positions = Dictionary(labels.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        var occurs = [Bool](repeating: false, count: classes.count)
        for example in examples {
            for index in example.classes { occurs[index] = true }
        }
        return try classes.indices.map { index in
            guard occurs[index] else { return nil }
            guard let position = positions[classes[index]] else {
                throw TacitError.badData(
                    model, at: "labels",
                    "the model has no label '\(classes[index])', which \(kind.rawValue) \(split) needs")
            }
            return position
        }
    }
}
