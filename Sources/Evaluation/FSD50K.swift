import TacitDiagnostics

/// FSD50K (Fonseca et al., "FSD50K: an Open Dataset of Human-Labeled Sound Events", 2022): 51,197 clips, 200 classes,
/// several a clip. `FSD50K.ground_truth` has `dev.csv` (`fname,labels,mids,split`), `eval.csv` (`fname,labels,mids`)
/// and `vocabulary.csv` (index, label, mid; without a header).
enum FSD50K {
    static func read(_ root: Folder, split: String) throws -> DataSet {
        let truth = try root.folder("FSD50K.ground_truth")
        let isEvaluation = split == "eval"
        let audio = try root.folder(isEvaluation ? "FSD50K.eval_audio" : "FSD50K.dev_audio")

        let vocabulary = try CommaSeparatedValues(
            path: truth.join("vocabulary.csv"), columns: ["index", "label", "mid"])
        let classes = vocabulary.rows.map { $0.fields[1] }
        var places: [String: Int] = [:]
        for (index, row) in vocabulary.rows.enumerated() {
            guard row.fields[0] == String(index) else {
                throw vocabulary.error(row, "index '\(row.fields[0].prefix(20))', expected \(index)")
            }
            guard places.updateValue(index, forKey: row.fields[1]) == nil else {
                throw vocabulary.error(row, "the class '\(row.fields[1].prefix(100))' is there twice")
            }
        }

        let table = try CommaSeparatedValues(path: truth.join(isEvaluation ? "eval.csv" : "dev.csv"))
        let (file, labels) = (try table.column("fname"), try table.column("labels"))
        let part = isEvaluation ? nil : try table.column("split")
        let examples: [DataSet.Example] = try table.rows.compactMap { row in
            if let part {
                guard ["train", "val"].contains(row.fields[part]) else {
                    throw table.error(row, "split '\(row.fields[part].prefix(20))', expected train or val")
                }
                if row.fields[part] != split { return nil }
            }
            let name = try table.fileName(row, file)
            let indices = try row.fields[labels].split(separator: ",").map { label in
                guard let index = places[String(label)] else {
                    throw table.error(row, "the label '\(label.prefix(100))' is not in vocabulary.csv")
                }
                return index
            }
            return DataSet.Example(path: audio.join(name + ".wav"), classes: Set(indices).sorted())
        }
        return DataSet(kind: .fsd50k, split: split, classes: classes, isMultilabel: true, examples: examples)
    }
}
