import TacitDiagnostics

/// The data sets that can be evaluated on, each read in the layout it is published in.
package enum DataSetKind: String, CaseIterable, Sendable {
    /// ESC-50: `meta/esc50.csv`, `audio/` (Piczak 2015).
    case esc50 = "esc-50"
    /// Speech Commands (Warden 2018) as 12 classes: `meta/words.csv` with `audio/`, or the published word folders.
    case speechCommands = "speech-commands"
    /// GTZAN: `genres/GENRE/*` or `genres_original/GENRE/*` (Tzanetakis and Cook 2002).
    case gtzan
    /// FSD50K: `FSD50K.dev_audio`, `FSD50K.eval_audio`, `FSD50K.ground_truth` (Fonseca et al. 2022). Multi-label.
    case fsd50k
    /// Fashion-MNIST: idx files, gzipped or not (Xiao et al. 2017). Pictures.
    case fashionMNIST = "fashion-mnist"
    /// CIFAR-10: binary batches, or `{train,test}/CLASS/*` (Krizhevsky 2009). Pictures.
    case cifar10 = "cifar-10"
    /// A folder per class, with files in it.
    case folder

    /// What examples are.
    package enum Medium: Sendable {
        case sound
        case picture
    }

    /// nil where it depends on what is wanted.
    package var medium: Medium? {
        switch self {
        case .esc50, .speechCommands, .gtzan, .fsd50k: .sound
        case .fashionMNIST, .cifar10: .picture
        case .folder: nil
        }
    }

    /// The splits that can be asked for.
    package var splits: [String] {
        switch self {
        case .esc50: ["fold-1", "fold-2", "fold-3", "fold-4", "fold-5", "all"]
        case .speechCommands: ["train", "validation", "test"]
        case .gtzan: ["train", "val", "test", "all"]
        case .folder: ["all"]
        case .fsd50k: ["train", "val", "eval"]
        case .fashionMNIST, .cifar10: ["train", "test"]
        }
    }

    /// The split when none is asked for: the one meant for testing, where there is one.
    package var defaultSplit: String {
        switch self {
        case .esc50, .gtzan, .folder: "all"
        case .speechCommands, .fashionMNIST, .cifar10: "test"
        case .fsd50k: "eval"
        }
    }

    /// The split to look at while a model is made, so that the one it is judged by stays unseen: not the one meant for
    /// testing, where there is one.
    package var calibrationSplit: String { calibrationSplits[0] }

    /// That one, and what stands in for it where a set comes without.
    private var calibrationSplits: [String] {
        switch self {
        // All folds are alike; models are judged by the last as a rule.
        case .esc50: ["fold-1"]
        case .speechCommands: ["validation", "train"]
        case .gtzan, .fsd50k: ["val", "train"]
        case .fashionMNIST, .cifar10: ["train"]
        case .folder: ["all"]
        }
    }

    /// Reads the list of the split to look at while a model is made; that another stands in for it is told in
    /// `leftOut`.
    ///
    /// - Parameters:
    ///   - path: folder of the data set.
    ///   - medium: which files of a `folder` are wanted.
    /// - Throws: as `read` does.
    package func readForCalibration(path: String, medium: Medium) throws -> DataSet {
        for split in calibrationSplits {
            var set = try list(path: path, split: split, medium: medium)
            if set.examples.isEmpty { continue }
            if split != calibrationSplit {
                set.leftOut.append("\(path): no examples in split '\(calibrationSplit)', so '\(split)' is taken")
            }
            return set
        }
        throw TacitError.badData(
            path, "no examples in split \(calibrationSplits.map { "'\($0)'" }.joined(separator: " or ")) of \(rawValue)"
        )
    }

    /// Takes KIND:PATH apart.
    ///
    /// - Parameters:
    ///   - text: as it stands on a command line.
    ///   - error: what to throw for words about what is wrong.
    package static func parse(
        _ text: String, error: (String) -> any Error
    ) throws -> (kind: DataSetKind, path: String) {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else {
            throw error("must be KIND:PATH, such as esc-50:data/esc-50: '\(text)'")
        }
        let name = String(text[..<colon])
        let path = String(text[text.utf8.index(after: colon)...])
        guard let kind = DataSetKind(rawValue: name) else {
            let known = allCases.map(\.rawValue).joined(separator: ", ")
            throw error("has an unknown kind of data set '\(name)', expected one of \(known)")
        }
        guard !path.isEmpty else { throw error("\(name): has no path") }
        return (kind, path)
    }

    /// Reads one split's list of examples; files of one sound or picture each stay untouched.
    ///
    /// - Parameters:
    ///   - path: folder of the data set.
    ///   - split: nil for the one that is measured on as a rule.
    ///   - medium: which files of a `folder` are wanted.
    /// - Throws: `TacitError`: usage for a split that the set doesn't have, no input for a missing folder or list, bad
    ///   data for lists that are broken, too large, or name files outside the data set's folder.
    package func read(path: String, split: String? = nil, medium: Medium = .sound) throws -> DataSet {
        let split = split ?? defaultSplit
        guard splits.contains(split) else {
            throw TacitError(
                .usage, "\(rawValue) has no split '\(split)', only \(splits.joined(separator: ", "))")
        }
        let set = try list(path: path, split: split, medium: medium)
        guard !set.examples.isEmpty else {
            // A model of the other sense is what a folder of files is most often without examples for.
            let sought = self == .folder ? ": no \(medium == .sound ? "sounds" : "pictures") in its folders" : ""
            throw TacitError.badData(path, "no examples in split '\(split)' of \(rawValue)\(sought)")
        }
        return set
    }

    /// - Throws: `TacitError` (bad data) for a file that a list names twice, which would count double, or be wrong for
    ///   one of its classes whatever is said.
    private func refuseTwice(_ set: DataSet) throws {
        // By bytes: to strings, two names that differ in how an accent is written are the same.
        var paths = Set<[UInt8]>(minimumCapacity: set.examples.count)
        for example in set.examples where !paths.insert(Array(example.path.utf8)).inserted {
            throw TacitError.badData(example.path, "is an example of split '\(set.split)' of \(rawValue) twice")
        }
    }

    /// One split, which may have no examples.
    private func list(path: String, split: String, medium: Medium) throws -> DataSet {
        let root = try Folder(path)
        var set =
            switch self {
            case .esc50: try ESC50.read(root, split: split)
            case .speechCommands: try SpeechCommands.read(root, split: split)
            case .gtzan: try GTZAN.read(root, split: split)
            case .fsd50k: try FSD50K.read(root, split: split)
            case .fashionMNIST: try FashionMNIST.read(root, split: split)
            case .cifar10: try CIFAR10.read(root, split: split)
            case .folder: try ClassFolders.read(root, kind: .folder, medium: medium)
            }
        set.split = split
        try refuseTwice(set)
        return set
    }
}
