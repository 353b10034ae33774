import TacitDiagnostics

/// Speech Commands (Warden, "Speech Commands: A Dataset for Limited-Vocabulary Speech Recognition", 2018) as its 12
/// classes: ten words, `unknown` for every other word, `silence`.
///
/// Three layouts are read:
/// - `meta/words.csv` (columns `filename`, `label`, `split`) with `audio/`;
/// - the published folders, one a word, with `validation_list.txt` and `testing_list.txt`; what neither lists is for
///   training. `_background_noise_` holds minutes of noise to cut silence from, no clips, and is left out;
/// - the published test set of 12 classes (`_silence_`, `_unknown_` and the ten words): all of it is `test`.
enum SpeechCommands {
    static let words = ["yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go"]
    static let classes = words + ["unknown", "silence"]

    static func read(_ root: Folder, split: String) throws -> DataSet {
        var found = ClassFolders.Found()
        if root.hasFile("meta/words.csv") {
            found.examples = try table(root, split: split)
        } else if root.hasFile("testing_list.txt") {
            found = try lists(root, split: split)
        } else if (try? root.folder("_silence_")) != nil {
            if split == "test" { found = try folders(root) }
        } else {
            throw TacitError(
                .noInput, file: root.path, "neither meta/words.csv, testing_list.txt nor _silence_ is there")
        }
        return found.set(
            DataSet(kind: .speechCommands, split: split, classes: classes, isMultilabel: false, examples: []))
    }

    /// The class of a word or of a folder's name.
    private static func place(_ word: String) -> Int {
        switch word {
        case "silence", "_silence_": classes.count - 1
        default: words.firstIndex(of: word) ?? classes.count - 2
        }
    }

    private static func table(_ root: Folder, split: String) throws -> [DataSet.Example] {
        let table = try CommaSeparatedValues(path: root.join("meta/words.csv"))
        let audio = try root.folder("audio")
        let (file, label, part) = (
            try table.column("filename"), try table.column("label"), try table.column("split")
        )
        return try table.rows.compactMap { row in
            guard ["train", "validation", "test"].contains(row.fields[part]) else {
                throw table.error(
                    row, "split '\(row.fields[part].prefix(20))', expected train, validation or test")
            }
            guard classes.contains(row.fields[label]) else {
                throw table.error(row, "label '\(row.fields[label].prefix(50))' is none of the 12 classes")
            }
            let name = try table.fileName(row, file)
            guard row.fields[part] == split else { return nil }
            return DataSet.Example(path: audio.join(name), classes: [place(row.fields[label])])
        }
    }

    private static func lists(_ root: Folder, split: String) throws -> ClassFolders.Found {
        let listed = (
            validation: try list(root, "validation_list.txt"), test: try list(root, "testing_list.txt")
        )
        var found = ClassFolders.Found()
        switch split {
        case "validation": found.examples = listed.validation.map { example(root, $0) }
        case "test": found.examples = listed.test.map { example(root, $0) }
        default:
            let kept = Set(listed.validation).union(listed.test)
            for word in try root.names(folders: true) where word != "_background_noise_" {
                for name in try ClassFolders.names(in: root.folder(word), .sound, &found)
                where !kept.contains("\(word)/\(name)") {
                    found.examples.append(example(root, "\(word)/\(name)"))
                }
            }
        }
        return found
    }

    private static func list(_ root: Folder, _ name: String) throws -> [String] {
        let path = root.join(name)
        return try BoundedFile.lines(path).map { line in
            guard Folder.isConfined(line.text), line.text.split(separator: "/").count == 2 else {
                throw TacitError.badData(
                    path, at: "line \(line.number)", "'\(line.text.prefix(100))' is not WORD/FILE")
            }
            return line.text
        }
    }

    private static func folders(_ root: Folder) throws -> ClassFolders.Found {
        var found = ClassFolders.Found()
        for word in try root.names(folders: true) {
            found.examples += try ClassFolders.names(in: root.folder(word), .sound, &found).map {
                example(root, "\(word)/\($0)")
            }
        }
        return found
    }

    private static func example(_ root: Folder, _ name: String) -> DataSet.Example {
        let word = name.split(separator: "/").first.map(String.init) ?? ""
        return DataSet.Example(path: root.join(name), classes: [place(word)])
    }
}
