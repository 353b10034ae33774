import Glibc

/// What a new file may be used for, and by whom.
package enum FileMode {
    /// The bits that new files of this process are made without.
    ///
    /// `umask` tells them only by setting others, and until they are set back what another thread makes can be written
    /// by everybody. Linux tells them in /proc as well (since 4.7); where that can't be read, nobody but the owner gets
    /// anything.
    package static var mask: mode_t {
        let descriptor = open("/proc/self/status", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return 0o077 }
        defer { close(descriptor) }
        let mark = Array("\nUmask:\t".utf8)
        // It stands in the second line.
        let bytes = FileBytes.read(descriptor, most: 512).bytes
        guard let start = bytes.indices.first(where: { bytes[$0...].starts(with: mark) }) else { return 0o077 }
        let digits = bytes[(start + mark.count)...].prefix { (0x30...0x37).contains($0) }
        return digits.isEmpty ? 0o077 : digits.reduce(0) { $0 << 3 | mode_t($1 - 0x30) } & 0o777
    }
}
