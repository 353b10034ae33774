import Diagnostics

/// Labelled examples of one split of a data set, read from its published layout. Knows nothing of models.
public struct DataSet: Sendable {
    /// One file, or one picture of a larger one, and what is in it.
    public struct Example: Equatable, Sendable {
        /// The data set's folder joined with the file's name in it; `#` and a number follow where the file holds many.
        public var path: String
        /// The picture's place in `DataSet.pictures`; nil where it lies in the file `path`.
        public var picture: Int?
        /// Indices into `DataSet.classes`, ascending; exactly one unless the set is multi-label.
        public var classes: [Int]

        public init(path: String, classes: [Int], picture: Int? = nil) {
            self.path = path
            self.classes = classes
            self.picture = picture
        }
    }

    public var kind: DataSetKind
    public var split: String
    /// The names of the classes, in the data set's own order.
    public var classes: [String]
    /// Whether an example may belong to several classes (or none); then mean average precision is the measure, else
    /// accuracy.
    public var isMultilabel: Bool
    /// In the data set's own order, which is the same on every machine.
    public var examples: [Example]

    /// Pictures that don't lie in files of their own; nil if there are none.
    public var pictures: PictureSet?

    public init(
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
    public func labelIndices(among labels: [String], model: String) throws -> [Int?] {
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
