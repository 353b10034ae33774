import TacitDiagnostics

/// ESC-50 (Piczak, "ESC: Dataset for Environmental Sound Classification", ACM Multimedia 2015): 2000 clips of 5 s in 50
/// classes and 5 folds. `meta/esc50.csv` has the columns `filename`, `fold`, `target`, `category` and more.
enum ESC50 {
    static func read(_ root: Folder, split: String) throws -> DataSet {
        let table = try CommaSeparatedValues(path: root.join("meta/esc50.csv"))
        let audio = try root.folder("audio")
        let (file, fold, target, category) = (
            try table.column("filename"), try table.column("fold"), try table.column("target"),
            try table.column("category")
        )
        var names: [Int: String] = [:]
        var examples: [(path: String, target: Int)] = []
        for row in table.rows {
            guard let number = Int(row.fields[fold]), (1...5).contains(number) else {
                throw table.error(row, "fold '\(row.fields[fold].prefix(20))', expected 1 to 5")
            }
            guard let index = Int(row.fields[target]), (0..<50).contains(index) else {
                throw table.error(row, "target '\(row.fields[target].prefix(20))', expected 0 to 49")
            }
            guard !row.fields[category].isEmpty else { throw table.error(row, "no category") }
            guard names[index, default: row.fields[category]] == row.fields[category] else {
                throw table.error(row, "target \(index) has two categories")
            }
            names[index] = row.fields[category]
            let name = try table.fileName(row, file)
            if split == "all" || split == "fold-\(number)" {
                examples.append((audio.join(name), index))
            }
        }
        let targets = names.keys.sorted()
        let places = Dictionary(uniqueKeysWithValues: targets.enumerated().map { ($1, $0) })
        return DataSet(
            kind: .esc50, split: split, classes: targets.compactMap { names[$0] }, isMultilabel: false,
            examples: examples.compactMap { example in
                places[example.target].map { DataSet.Example(path: example.path, classes: [$0]) }
            })
    }
}
