import Diagnostics

/// Labelled examples of one split of a data set, read from its published layout. Knows nothing of models.
public struct DataSet: Sendable {
    /// One file and what is in it.
    public struct Example: Equatable, Sendable {
        /// The data set's folder joined with the file's name in it.
        public var path: String
        /// Indices into `DataSet.classes`, ascending; exactly one unless the set is multi-label.
        public var classes: [Int]

        public init(path: String, classes: [Int]) {
            self.path = path
            self.classes = classes
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

    public init(kind: DataSetKind, split: String, classes: [String], isMultilabel: Bool, examples: [Example]) {
        self.kind = kind
        self.split = split
        self.classes = classes
        self.isMultilabel = isMultilabel
        self.examples = examples
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
