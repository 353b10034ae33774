import TacitModelFile
import TacitPrograms

/// One of Tacit's services, as systemd knows it.
struct Service {
    /// `tacit-listen.service`
    let name: String
    private let properties: [String: String]

    /// Those of the machine, where systemd runs and answers.
    static func installed(_ system: System) -> [Service] {
        guard system.exists("/run/systemd/system"),
            let program = ["/usr/bin/systemctl", "/bin/systemctl"].first(where: system.exists)
        else { return [] }
        let folders = [
            "/etc/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system",
        ]
        return ["tacit-listen.service", "tacit-watch.service", "tacit-run.service"].compactMap { name in
            guard folders.contains(where: { system.exists("\($0)/\(name)") }) else { return nil }
            let words = ["show", name, "--no-pager", "--property=\(asked.joined(separator: ","))"]
            return ProgramOutput.of(system.path(program), words, seconds: 5).map { Service(name, $0) }
        }
    }

    private static let asked = [
        "ActiveState", "SubState", "Result", "ExecMainStatus", "UnitFileState", "User", "Group", "SupplementaryGroups",
        "NeedDaemonReload", "ExecStart",
    ]

    private init(_ name: String, _ text: String) {
        self.name = name
        var properties: [String: String] = [:]
        for line in text.split(separator: "\n") {
            guard let equals = line.firstIndex(of: "=") else { continue }
            properties[String(line[..<equals])] = String(line[line.index(after: equals)...])
        }
        self.properties = properties
    }

    private func property(_ name: String) -> String { properties[name] ?? "" }

    /// What it is for; nil where its own settings say.
    var sense: InputSense? {
        switch name {
        case "tacit-listen.service": .sound
        case "tacit-watch.service": .pictures
        default: nil
        }
    }

    var isEnabled: Bool { ["enabled", "enabled-runtime", "static", "alias"].contains(property("UnitFileState")) }
    var isActive: Bool { ["active", "activating", "reloading"].contains(property("ActiveState")) }
    var hasFailed: Bool { property("ActiveState") == "failed" || property("SubState") == "auto-restart" }
    var isInactive: Bool { property("ActiveState") == "inactive" }
    var isWanted: Bool { isEnabled || isActive || hasFailed }
    var isChanged: Bool { property("NeedDaemonReload") == "yes" }
    var result: String { property("Result") }
    var exitStatus: Int { Int(property("ExecMainStatus")) ?? 0 }
    /// Empty for root's or one that is made when it starts.
    var user: String { property("User") }
    var groups: [String] {
        [property("Group")] + property("SupplementaryGroups").split(separator: " ").map(String.init)
    }

    /// `{ path=/usr/local/bin/tacit ; argv[]=/usr/local/bin/tacit listen ... ; ... }`
    var program: String? {
        let text = property("ExecStart")
        guard let start = text.utf8Range(of: "path=")?.upperBound else { return nil }
        let path = text[start...].prefix { $0 != " " && $0 != ";" }
        return path.hasPrefix("/") ? String(path) : nil
    }

    /// Whether its command line names a model.
    var namesModel: Bool { property("ExecStart").utf8Range(of: ".gguf") != nil }
}

extension String {
    /// Where a text first stands in this one, byte for byte.
    fileprivate func utf8Range(of text: String) -> Range<String.Index>? {
        let needle = Array(text.utf8)
        var place = utf8.startIndex
        while place != utf8.endIndex {
            if utf8[place...].starts(with: needle) { return place..<utf8.index(place, offsetBy: needle.count) }
            utf8.formIndex(after: &place)
        }
        return nil
    }
}
