import TacitDiagnostics

/// A folder per class with files in it, as home-made sets have it. Files with other suffixes than the medium's are left
/// out.
enum ClassFolders {
    static func read(_ root: Folder, kind: DataSetKind, medium: DataSetKind.Medium) throws -> DataSet {
        let classes = try root.names(folders: true)
        guard !classes.isEmpty else { throw TacitError.badData(root.path, "no folder in it, expected one a class") }
        var examples: [DataSet.Example] = []
        for (index, name) in classes.enumerated() {
            let folder = try root.folder(name)
            let names = try medium == .sound ? folder.soundNames() : folder.pictureNames()
            examples += names.map { DataSet.Example(path: folder.join($0), classes: [index]) }
        }
        return DataSet(kind: kind, split: "all", classes: classes, isMultilabel: false, examples: examples)
    }
}
