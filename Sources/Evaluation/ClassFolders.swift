import Glibc
import TacitDiagnostics

/// A folder per class with files in it, as home-made sets have it. What else is in one is left out, and told: files
/// with other suffixes than the medium's, folders, links that lead nowhere, pipes.
enum ClassFolders {
    static func read(_ root: Folder, kind: DataSetKind, medium: DataSetKind.Medium) throws -> DataSet {
        let classes = try root.names(folders: true)
        guard !classes.isEmpty else { throw TacitError.badData(root.path, "no folder in it, expected one a class") }
        var found = Found()
        for (index, name) in classes.enumerated() {
            let folder = try root.folder(name)
            found.examples += try names(in: folder, medium, &found).map {
                DataSet.Example(path: folder.join($0), classes: [index])
            }
        }
        return found.set(DataSet(kind: kind, split: "all", classes: classes, isMultilabel: false, examples: []))
    }

    /// What folders of classes hold.
    struct Found {
        var examples: [DataSet.Example] = []
        fileprivate var notes: [String] = []
        fileprivate var lacksExamples = false

        /// The set with these examples, and with what was left out.
        func set(_ empty: DataSet) -> DataSet {
            var set = empty
            set.examples = examples
            set.leftOut = notes
            set.lacksExamples = lacksExamples
            return set
        }
    }

    /// Names of the files of one class that are read; what else is in its folder is noted in `found`.
    static func names(in folder: Folder, _ medium: DataSetKind.Medium, _ found: inout Found) throws -> [String] {
        let isRead = medium == .sound ? Folder.isSoundName : Folder.isPictureName
        var names: [String] = []
        var others: [Folder.Entry] = []
        for entry in try folder.entries() {
            if entry.kind == S_IFREG, isRead(entry.name) {
                names.append(entry.name)
            } else {
                others.append(entry)
            }
        }
        if let told = told(others) {
            if names.isEmpty || others.contains(where: { mayBeExample($0, in: folder, medium, isRead) }) {
                found.lacksExamples = true
            }
            found.notes.append(
                "\(folder.path): left out \(told), which "
                    + (names.isEmpty ? "leaves nothing of this class" : "is not read here"))
        } else if names.isEmpty {
            found.notes.append("\(folder.path): left out, for there is nothing in it")
        }
        return names
    }

    /// Whether someone took it, or what is in it, for an example.
    private static func mayBeExample(
        _ entry: Folder.Entry, in folder: Folder, _ medium: DataSetKind.Medium, _ isRead: (String) -> Bool
    ) -> Bool {
        func isNamedSo(_ name: String) -> Bool { isRead(name) || Folder.isUnreadName(name, medium) }
        guard entry.kind == S_IFDIR else { return isNamedSo(entry.name) }
        // So many folders are looked into, and none behind a link in these, which may make a circle of them.
        var left = 100
        var paths = [folder.join(entry.name)]
        while let path = paths.popLast(), left > 0 {
            left -= 1
            guard let inner = try? Folder(path), let entries = try? inner.entries() else { continue }
            if entries.contains(where: { $0.kind != S_IFDIR && isNamedSo($0.name) }) { return true }
            paths += entries.filter { $0.kind == S_IFDIR }.map { inner.join($0.name) }.filter { !isLink($0) }
        }
        return false
    }

    private static func isLink(_ path: String) -> Bool {
        var information = stat()
        return SystemPath.withBytes(path, { lstat($0, &information) }) == 0
            && information.st_mode & S_IFMT == S_IFLNK
    }

    /// Names that are told of each sort.
    private static let mostTold = 5

    /// What something is, for people.
    private struct Sort: Hashable {
        let noun: String
        var rest = ""

        init(_ entry: Folder.Entry) {
            switch entry.kind {
            case S_IFREG:
                noun = "file"
                rest =
                    entry.name.utf8.lastIndex(of: UInt8(ascii: ".")).map { " with \(entry.name[$0...])" }
                    ?? " with no suffix"
            case S_IFDIR: noun = "folder"
            case S_IFIFO: noun = "pipe"
            case S_IFSOCK: noun = "socket"
            case nil:
                noun = "link"
                rest = " that leads nowhere"
            default: noun = "device"
            }
        }
    }

    /// How many of which sorts there are, and the first of their names; nil for none.
    private static func told(_ entries: [Folder.Entry]) -> String? {
        guard !entries.isEmpty else { return nil }
        return Dictionary(grouping: entries) { Sort($0) }
            .sorted { ($0.key.noun, $0.key.rest) < ($1.key.noun, $1.key.rest) }
            .map { sort, entries in
                let names = entries.prefix(mostTold).map(\.name).joined(separator: ", ")
                let more = entries.count > mostTold ? " and \(entries.count - mostTold) more" : ""
                return "\(entries.count) \(sort.noun)\(entries.count == 1 ? "" : "s")\(sort.rest) (\(names)\(more))"
            }.joined(separator: ", ")
    }
}
