import TacitDiagnostics
import TacitText

/// Reads a file of settings, and finds all that is wrong with it by itself: what it says of devices, models and addresses
/// others look at.
package struct SettingsReader {
    package internal(set) var settings = Settings()
    /// By place.
    package private(set) var faults: [SettingsFault] = []
    /// Of all sinks, also of those whose address could not be read.
    private var sinkNames: [String] = []
    private var hasAllSinkNames = true

    /// More than any house has, and few enough to be looked at in little time.
    package static let mostInputs = 256
    package static let mostSinks = 1024
    package static let mostLabels = 1024
    /// Texts of one array.
    package static let mostTexts = 1024
    /// Up to so many faults it is said what may have been meant: each is compared with all names.
    private static let mostHints = 100

    /// - Parameter bytes: of the whole file.
    package init(_ bytes: [UInt8]) {
        do {
            guard case .table(let members) = try TOMLFile.parse(bytes).value else { return }
            read(members)
        } catch let fault as SettingsFault {
            faults = [fault]
        } catch {
            preconditionFailure("the parser throws faults")
        }
        faults.sort { $0.place < $1.place }
    }

    mutating func refuse(_ place: SettingsPlace, _ words: String) { faults.append(SettingsFault(place, words)) }

    private static let keys = ["input", "sink", "label", "quiet"]

    private mutating func read(_ members: [TOMLNode.Member]) {
        let table = SettingsTable(members)
        report(table)
        for member in table.members {
            switch member.key {
            case "input":
                let (tables, isWhole) = tables(member, "[[input]]", most: Self.mostInputs)
                settings.lacksInputs = !isWhole
                settings.inputs = tables.compactMap { input($0) }
            case "sink":
                let (tables, isWhole) = tables(member, "[[sink]]", most: Self.mostSinks)
                settings.lacksSinks = !isWhole
                hasAllSinkNames = isWhole
                settings.sinks = tables.compactMap { sink($0) }
            case "label": readLabels(member)
            case "quiet": settings.quiet = quiet(member)
            default: refuseUnknown(member, Self.keys, in: "the file")
            }
        }
        // An unknown key may have been meant for it.
        if faults.isEmpty, !table.has("input") {
            refuse(SettingsPlace(line: 1, column: 1), "no [[input]]: expected one or more")
        }
        checkNames()
    }

    /// - Returns: the tables, and whether they are all that the file has.
    private mutating func tables(
        _ member: TOMLNode.Member, _ form: String, most: Int
    ) -> (tables: [TOMLNode], isWhole: Bool) {
        let found = tables(member, form)
        guard found.count > most else { return (found, true) }
        refuse(found[most].place, "\(member.key): expected at most \(most) \(form) tables, found \(found.count)")
        return (Array(found.prefix(most)), false)
    }

    private mutating func tables(_ member: TOMLNode.Member, _ form: String) -> [TOMLNode] {
        if case .array(let nodes) = member.node.value {
            let others = nodes.filter { if case .table = $0.value { false } else { true } }
            for node in others { refuse(node.place, "\(member.key): expected \(form) tables, found \(node.kind)") }
            if nodes.isEmpty { refuse(member.place, "\(member.key): expected \(form) tables, found none") }
            return nodes.filter { if case .table = $0.value { true } else { false } }
        }
        if case .table = member.node.value {
            refuse(
                member.place, "\(member.key): expected \(form), with two brackets on each side: there may be several")
            return []
        }
        refuse(member.node.place, "\(member.key): expected \(form) tables, found \(member.node.kind)")
        return []
    }

    // MARK: Inputs and sinks

    private static let ownOfInput = ["name", "model", "to", "quiet", "sense"]
    private static let ownOfSink = ["name", "to"]

    private mutating func input(_ node: TOMLNode) -> Settings.Input? {
        guard case .table(let members) = node.value else { return nil }
        let table = SettingsTable(members)
        report(table)
        var name: Settings.Name?
        var input = Settings.Input(name: Settings.Name(text: "", place: node.place))
        for member in table.members {
            let before = faults.count
            defer { if faults.count > before { input.unread.insert(SettingsKey.canonical(member.key)) } }
            switch member.key {
            case "name": name = self.name(member)
            case "model": input.model = text(member).map { Settings.Name(text: $0, place: member.node.place) }
            case "to": input.to = texts(member).map { Settings.Name(text: $0.text, place: $0.place) }
            case "quiet": input.quiet = quiet(member)
            case "sense":
                guard let found = text(member) else { continue }
                input.sense = Settings.Sense(rawValue: found)
                if input.sense == nil {
                    refuse(member.node.place, "sense: expected \"sound\" or \"pictures\", found '\(found)'")
                }
            default:
                input.entries +=
                    entry(member, SettingsKey.input, own: Self.ownOfInput, in: "an input").map { [$0] } ?? []
            }
        }
        if !table.has("name") { refuse(node.place, "[[input]]: no name") }
        guard let name else {
            settings.lacksInputs = true
            return nil
        }
        input.name = name
        return input
    }

    private mutating func sink(_ node: TOMLNode) -> Settings.Sink? {
        guard case .table(let members) = node.value else { return nil }
        let table = SettingsTable(members)
        report(table)
        var name: Settings.Name?
        var address: Settings.Name?
        var entries: [Settings.Entry] = []
        var unread: Set<String> = []
        for member in table.members {
            let before = faults.count
            defer { if faults.count > before { unread.insert(SettingsKey.canonical(member.key)) } }
            switch member.key {
            case "name": name = self.name(member)
            case "to": address = text(member).map { Settings.Name(text: $0, place: member.node.place) }
            default: entries += entry(member, SettingsKey.sink, own: Self.ownOfSink, in: "a sink").map { [$0] } ?? []
            }
        }
        for key in Self.ownOfSink where !table.has(key) { refuse(node.place, "[[sink]]: no \(key)") }
        if let name { sinkNames.append(name.text) }
        guard let name, let address else {
            settings.lacksSinks = true
            return nil
        }
        return Settings.Sink(name: name, address: address, entries: entries, unread: unread)
    }

    private mutating func entry(
        _ member: TOMLNode.Member, _ keys: [SettingsKey], own: [String], in table: String
    ) -> Settings.Entry? {
        let name = SettingsKey.canonical(member.key)
        guard let key = keys.first(where: { $0.name == name }) else {
            refuseUnknown(member, own + keys.map(\.name), in: table)
            return nil
        }
        guard let values = values(member, key) else { return nil }
        return Settings.Entry(name: name, place: member.place, values: values, isFlag: key.kind == .flag)
    }

    /// As the command line would have them; nil where they are none of the kind.
    private mutating func values(_ member: TOMLNode.Member, _ key: SettingsKey) -> [String]? {
        switch (key.kind, member.node.value) {
        case (.text, .text), (.bytes, .text): return text(member).map { [$0] }
        case (.texts, .text), (.texts, .array): return texts(member).map(\.text)
        case (.number, .number), (.number, .whole): return number(member).map { [$0] }
        case (.whole, .whole(let value)), (.bytes, .whole(let value)): return ["\(value)"]
        case (.flag, .flag(let value)): return value ? [""] : []
        case (.onOff, .flag(let value)): return [value ? "on" : "off"]
        case (.onOff, .text("on")): return ["on"]
        case (.onOff, .text("off")): return ["off"]
        default:
            refuse(member.node.place, "\(member.key): expected \(key.expected), found \(member.node.kind)")
            return nil
        }
    }

    // MARK: Labels

    private static let keysOfLabel = ["threshold", "on-after", "off-after", "group", "quiet"]
    /// Seconds that a wait may be long.
    private static let longest = 604_800.0

    private mutating func readLabels(_ member: TOMLNode.Member) {
        guard case .table(let labels) = member.node.value else {
            refuse(member.node.place, "label: expected [label.NAME] tables, found \(member.node.kind)")
            return
        }
        if labels.count > Self.mostLabels {
            let place = labels[Self.mostLabels].place
            refuse(place, "label: expected at most \(Self.mostLabels) [label.NAME] tables, found \(labels.count)")
        }
        for label in labels.prefix(Self.mostLabels) {
            guard case .table(let members) = label.node.value else {
                refuse(
                    label.place,
                    "label: expected [label.NAME] tables, and under NAME \(Self.keysOfLabel.joined(separator: ", "))")
                continue
            }
            settings.labels.append(self.label(label, SettingsTable(members)))
        }
    }

    private mutating func label(_ member: TOMLNode.Member, _ table: SettingsTable) -> Settings.Label {
        report(table)
        var label = Settings.Label(name: Settings.Name(text: member.key, place: member.place))
        if !Self.isPlain(member.key) {
            refuse(
                member.place,
                "label: expected a name\(member.key.isEmpty ? ", found an empty one" : " without control characters")")
        }
        for member in table.members {
            let key = SettingsKey.canonical(member.key)
            label.places[key] = member.node.place
            switch key {
            case "threshold": label.threshold = number(member, in: 0...1).map(Float.init)
            case "on-after": label.onAfter = number(member, in: 0...Self.longest)
            case "off-after": label.offAfter = number(member, in: 0...Self.longest)
            case "group": label.group = text(member).map { Settings.Name(text: $0, place: member.node.place) }
            case "quiet": label.quiet = quiet(member)
            default: refuseUnknown(member, Self.keysOfLabel, in: "a label")
            }
        }
        return label
    }

    // MARK: Keys and names

    private mutating func report(_ table: SettingsTable) {
        for (member, first) in table.doubles {
            refuse(member.place, "\(member.key): is there already, in line \(first.place.line)")
        }
    }

    private mutating func refuseUnknown(_ member: TOMLNode.Member, _ known: [String], in table: String) {
        let hint = SpellingHint.hint(SettingsKey.canonical(member.key), among: known)
        let all = known.count > 8 ? "" : ", expected \(known.joined(separator: ", "))"
        refuse(member.place, "unknown key '\(member.key)' in \(table)\(hint.isEmpty ? all : hint)")
    }

    private mutating func checkNames() {
        checkDistinct(settings.sinks.map(\.name), "a sink")
        checkDistinct(settings.inputs.map(\.name), "an input")
        let known = Set(sinkNames)
        for input in settings.inputs {
            var seen: Set<String> = []
            for name in input.to {
                if !known.contains(name.text) {
                    guard hasAllSinkNames else { continue }
                    let hint = faults.count < Self.mostHints ? SpellingHint.hint(name.text, among: sinkNames) : ""
                    refuse(name.place, "to: no sink is called '\(name.text)'\(hint)")
                } else if !seen.insert(name.text).inserted {
                    refuse(name.place, "to: '\(name.text)' is named twice")
                }
            }
        }
        let standard = settings.inputs.compactMap { $0.entry("input") }.filter { $0.values == [StandardInput.path] }
        for entry in standard.dropFirst() {
            refuse(entry.place, "input: standard input is read already, by the input of line \(standard[0].place.line)")
        }
    }

    private mutating func checkDistinct(_ names: [Settings.Name], _ kind: String) {
        var seen: [String: Settings.Name] = [:]
        for name in names {
            if let first = seen[name.text] {
                refuse(
                    name.place, "name: \(kind) '\(name.text)' is there already, in line \(first.place.line)")
            } else {
                seen[name.text] = name
            }
        }
    }
}
