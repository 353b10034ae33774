import TacitText

/// Whether the machine's disk is full.
enum DiskCheck {
    /// Below this a machine begins to fail.
    private static let least = 64_000_000

    @Sendable static func findings(_ patient: Patient) -> [Finding] {
        for path in ["/", "/var/lib"] {
            guard let disk = patient.system.calls.disk(path), let finding = trouble(disk, path, patient.system) else {
                continue
            }
            return [finding]
        }
        return []
    }

    static func trouble(_ disk: Disk, _ path: String, _ system: System) -> Finding? {
        // One that can't be written to, or has no size, is never full.
        guard !disk.isReadOnly, disk.size > 0 else { return nil }
        let mount = FolderCheck.mount(of: path, system)
        if !disk.hasRoomForFiles {
            return Finding(
                .fullDisk, path, "no more files can be made there: as many are there as the disk can have",
                fix: "sudo du -x --inodes -d 2 \(ShellQuote.word(mount)) | sort -n | tail",
                note: "removes nothing: it shows where most of them are")
        }
        // Small disks are smaller than that from the start.
        guard disk.free < min(least, disk.size / 20) else { return nil }
        return Finding(
            .fullDisk, path, "\(Bytes.text(disk.free)) of \(Bytes.text(disk.size)) are free", fix: fix(mount),
            note: "removes nothing: it shows what is large")
    }

    static func fix(_ mount: String) -> String { "sudo du -xhd 2 \(ShellQuote.word(mount)) | sort -h | tail" }
}
