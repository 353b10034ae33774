import TacitDiagnostics
import TacitSinks
import TacitText

/// Whether what is kept can be kept: folders that are there, writable, and on a disk with room.
enum FolderCheck {
    @Sendable static func findings(_ patient: Patient) -> [Finding] {
        var findings: [Finding] = []
        for request in patient.wanted.requests {
            if request.has(.clips) {
                findings += trouble(of: request.address, mayBeMade: true, clips: patient.wanted.sinks.clips, patient)
            } else if request.has(.file) {
                findings += trouble(ofFile: request.address, patient)
            }
        }
        if let labels = patient.wanted.labels, patient.wanted.isTaught {
            findings += trouble(ofFile: labels, patient)
        }
        var seen: [Finding] = []
        for finding in findings where !seen.contains(finding) { seen.append(finding) }
        return seen
    }

    /// Of what is written to a file, or replaces it.
    private static func trouble(ofFile path: String, _ patient: Patient) -> [Finding] {
        guard let node = Node(path), node.isFolder else { return trouble(of: parent(of: path), patient) }
        return [
            Finding(
                .folderInPlace, path, "is a folder; a file is to be written there",
                fix: "ls -la \(ShellQuote.word(path))", note: "shows what is in it; name a file in it instead")
        ]
    }

    /// - Parameters:
    ///   - mayBeMade: whether it is made where only the folder around it is there.
    ///   - clips: of a folder that clips go to, which leaves a part of the disk free.
    private static func trouble(
        of path: String, mayBeMade: Bool = false, clips: ClipSettings? = nil, _ patient: Patient
    ) -> [Finding] {
        let own = ShellQuote.word(path)
        guard let node = Node(path) else {
            if mayBeMade, Node(parent(of: path)) != nil {
                return trouble(of: parent(of: path), clips: clips, patient)
            }
            return [Finding(.noFolder, path, "there is no such folder", fix: "mkdir -p \(own)")]
        }
        guard node.isFolder else {
            return [Finding(.noFolder, path, "is not a folder", fix: "mv \(own) \(ShellQuote.word(path + ".old"))")]
        }
        let disk = patient.system.calls.disk(path)
        if let disk, disk.isReadOnly {
            return [
                Finding(
                    .readOnlyDisk, path, "lies on a file system that is mounted read-only",
                    fix: "sudo mount -o remount,rw \(ShellQuote.word(mount(of: path, patient.system)))",
                    note: "if that fails, the disk is broken: dmesg says so")
            ]
        }
        guard patient.system.calls.mayUse(path, writing: true, patient.identity) else {
            return [
                Finding(
                    .folderForbidden, path, "\(patient.identity.name) may not write there",
                    fix: "sudo chown \(ShellQuote.word(patient.identity.name)) \(own)")
            ]
        }
        guard let disk else { return [] }
        if let clips {
            let reserve = clips.reserve ?? disk.size / 20
            if disk.free <= reserve {
                return [
                    Finding(
                        .fullDisk, path,
                        "\(Bytes.text(disk.free)) are free on its disk, and \(Bytes.text(reserve)) are always left "
                            + "free: no clip is kept",
                        fix: DiskCheck.fix(mount(of: path, patient.system)),
                        note: "removes nothing: it shows what is large")
                ]
            }
        }
        return DiskCheck.trouble(disk, path, patient.system).map { [$0] } ?? []
    }

    /// The folder that something is in, as the system takes it.
    static func parent(of path: String) -> String {
        guard let last = path.utf8.lastIndex(where: { $0 != UInt8(ascii: "/") }) else {
            return path.isEmpty ? "." : "/"
        }
        return SystemPath.folder(of: String(decoding: path.utf8[...last], as: UTF8.self))
    }

    /// Where the file system of a path is mounted: the longest of `/proc/self/mounts` that it begins with.
    static func mount(of path: String, _ system: System) -> String {
        let mounts = system.lines("/proc/self/mounts").compactMap { line -> String? in
            let words = line.split(separator: " ")
            return words.count > 1 ? String(words[1]) : nil
        }
        // As it is typed it need not begin with any.
        let path = SystemPath.resolved(path) ?? path
        let own = mounts.filter { path == $0 || $0 == "/" || path.hasPrefix("\($0)/") }
        return own.max { $0.utf8.count < $1.utf8.count } ?? "/"
    }
}
