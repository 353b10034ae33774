import TacitDiagnostics

/// A folder per class with files in it, as home-made sets have it. Files with other suffixes than the medium's are left
/// out, and told.
enum ClassFolders {
    static func read(_ root: Folder, kind: DataSetKind, medium: DataSetKind.Medium) throws -> DataSet {
        let classes = try root.names(folders: true)
        guard !classes.isEmpty else { throw TacitError.badData(root.path, "no folder in it, expected one a class") }
        var examples: [DataSet.Example] = []
        var notes: [String] = []
        var lacksExamples = false
        for (index, name) in classes.enumerated() {
            let folder = try root.folder(name)
            let all = try folder.names(folders: false)
            let names = all.filter(medium == .sound ? Folder.isSoundName : Folder.isPictureName)
            if let told = leftOut(all, but: names) {
                if names.isEmpty || all.contains(where: { Folder.isUnreadName($0, medium) }) { lacksExamples = true }
                notes.append(
                    "\(folder.path): left out \(told), which "
                        + (names.isEmpty ? "leaves nothing of this class" : "is not read here"))
            } else if names.isEmpty {
                notes.append("\(folder.path): left out, for there is nothing in it")
            }
            examples += names.map { DataSet.Example(path: folder.join($0), classes: [index]) }
        }
        var set = DataSet(kind: kind, split: "all", classes: classes, isMultilabel: false, examples: examples)
        set.leftOut = notes
        set.lacksExamples = lacksExamples
        return set
    }

    /// Names that are told of each suffix.
    private static let told = 5

    /// How many files of which suffixes are in one list and not in the other, and the first of their names; nil for none.
    private static func leftOut(_ all: [String], but taken: [String]) -> String? {
        let taken = Set(taken)
        var names: [String: [String]] = [:]
        for name in all where !taken.contains(name) {
            let suffix = name.utf8.lastIndex(of: UInt8(ascii: ".")).map { String(name[$0...]) } ?? "no suffix"
            names[suffix, default: []].append(name)
        }
        guard !names.isEmpty else { return nil }
        return names.sorted { $0.key < $1.key }.map { suffix, names in
            let more = names.count > told ? " and \(names.count - told) more" : ""
            return "\(names.count) \(names.count == 1 ? "file" : "files") with \(suffix) "
                + "(\(names.prefix(told).joined(separator: ", "))\(more))"
        }.joined(separator: ", ")
    }
}
