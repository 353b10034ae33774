import TacitText

/// Why a device's node may not be used, and what opens it.
enum Permission {
    /// - Parameters:
    ///   - node: in `/dev`.
    ///   - group: that Debian gives such nodes to.
    static func finding(_ fault: Fault, node path: String, group: String, _ patient: Patient) -> Finding {
        let system = patient.system
        let user = patient.identity.name
        let node = system.node(path)
        let owner = node.map { Accounts.groupName($0.group, system) ?? "\($0.group)" } ?? group
        // Named after the group that the node belongs to; but nobody is to be made a member of root.
        guard let node, node.group != 0, node.mode & 0o060 == 0o060 else {
            return Finding(
                fault, path, "may not be used, not even by the group \(group): udev has not set it up",
                fix: "sudo udevadm trigger --action=add \(ShellQuote.word(path))")
        }
        if patient.identity.groups.contains(node.group) {
            return Finding(
                fault, path, "may not be used, though \(user) is in the group \(owner): is this a container?",
                fix: "docker run --device \(ShellQuote.word(path)) --group-add \(ShellQuote.word(owner)) IMAGE",
                note: "or DeviceAllow= of the service")
        }
        if Accounts.isMember(user, of: owner, system) {
            return Finding(
                .groupNotInForce, path,
                "may not be used: \(user) was put in the group \(owner), but this login is older than that",
                fix: "newgrp \(ShellQuote.word(owner))", note: "for this shell; for all others log out and in again")
        }
        return Finding(
            fault, path, "may not be used: it belongs to the group \(owner), and \(user) is not in it",
            fix: "sudo usermod -aG \(ShellQuote.word(owner)) \(ShellQuote.word(user))",
            note: "then log out and in again")
    }

    static func mayUse(_ path: String, _ patient: Patient) -> Bool {
        patient.system.calls.mayUse(patient.system.path(path), writing: true, patient.identity)
    }
}
