/// Who asks: user, groups, and whether the kernel lets them past permissions.
struct Identity: Equatable {
    var user: UInt32 = 0
    var groups: Set<UInt32> = []
    /// Root, or CAP_DAC_OVERRIDE.
    var passesPermissions = false
    /// For people, and for `usermod`.
    var name = ""

    /// As `/proc/self/status` and `/etc/passwd` have it.
    init(_ system: System) {
        for line in system.lines("/proc/self/status") {
            let words = line.split(whereSeparator: { $0 == "\t" || $0 == " " })
            // Real, effective, saved, file system.
            switch words.first {
            case "Uid:" where words.count > 4: user = UInt32(words[4]) ?? 0
            case "Gid:" where words.count > 4: UInt32(words[4]).map { _ = groups.insert($0) }
            case "Groups:": groups.formUnion(words.dropFirst().compactMap { UInt32($0) })
            case "CapEff:" where words.count > 1:
                passesPermissions = (UInt64(words[1], radix: 16) ?? 0) & 1 << 1 != 0
            default: break
            }
        }
        name = Accounts.userName(user, system) ?? "\(user)"
    }

    init() {}

    /// What the file's mode says, as the kernel decides it.
    func may(use node: Node, writing: Bool) -> Bool {
        if passesPermissions { return true }
        let shift: UInt32 = node.user == user ? 6 : groups.contains(node.group) ? 3 : 0
        let wanted: UInt32 = (writing ? 0o6 : 0o4) | (node.isFolder ? 0o1 : 0)
        return node.mode >> shift & wanted == wanted
    }
}

/// Users and groups as `/etc/passwd` and `/etc/group` have them.
enum Accounts {
    static func userName(_ number: UInt32, _ system: System) -> String? {
        fields(system.lines("/etc/passwd")).first { $0.count > 2 && UInt32($0[2]) == number }?[0]
    }

    static func groupName(_ number: UInt32, _ system: System) -> String? {
        fields(system.lines("/etc/group")).first { $0.count > 2 && UInt32($0[2]) == number }?[0]
    }

    /// Whether a user is named among a group's members.
    static func isMember(_ user: String, of group: String, _ system: System) -> Bool {
        let own = fields(system.lines("/etc/group")).first { $0.count > 3 && $0[0] == group }
        return own?[3].split(separator: ",").contains { $0 == user } ?? false
    }

    private static func fields(_ lines: [Substring]) -> [[String]] {
        lines.map { $0.split(separator: ":", omittingEmptySubsequences: false).map(String.init) }
    }
}
