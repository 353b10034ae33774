/// A table's keys, of which those that are the same but for their signs are there once.
struct SettingsTable {
    private(set) var members: [TOMLNode.Member] = []
    /// Keys that were there already, each with the one in front.
    private(set) var doubles: [(TOMLNode.Member, first: TOMLNode.Member)] = []

    init(_ members: [TOMLNode.Member]) {
        var seen: [String: TOMLNode.Member] = [:]
        for member in members {
            let name = SettingsKey.canonical(member.key)
            if let first = seen[name] {
                doubles.append((member, first))
            } else {
                seen[name] = member
                self.members.append(member)
            }
        }
    }

    func has(_ key: String) -> Bool { members.contains { $0.key == key } }
}
