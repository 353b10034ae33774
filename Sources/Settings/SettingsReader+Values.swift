import TacitDiagnostics
import TacitText

/// What single keys say: texts, numbers, names, times of day. What is none of these is told at its place.
extension SettingsReader {
    mutating func number(_ member: TOMLNode.Member) -> String? {
        switch member.node.value {
        case .whole(let value): return "\(value)"
        case .number(let value) where !value.isNaN: return "\(value)"
        default:
            refuse(member.node.place, "\(member.key): expected a number, found nan")
            return nil
        }
    }

    mutating func number(_ member: TOMLNode.Member, in range: ClosedRange<Double>) -> Double? {
        let value: Double
        switch member.node.value {
        case .whole(let whole): value = Double(whole)
        case .number(let number): value = number
        default:
            refuse(member.node.place, "\(member.key): expected a number, found \(member.node.kind)")
            return nil
        }
        guard range.contains(value) else {
            refuse(
                member.node.place,
                "\(member.key): expected \(Int(range.lowerBound)) to \(Int(range.upperBound)), found \(value)")
            return nil
        }
        return value
    }

    mutating func text(_ member: TOMLNode.Member) -> String? {
        text(member.node, member.key)
    }

    mutating func text(_ node: TOMLNode, _ key: String) -> String? {
        guard case .text(let text) = node.value else {
            refuse(node.place, "\(key): expected a text, found \(node.kind)")
            return nil
        }
        guard !text.isEmpty else {
            refuse(node.place, "\(key): expected a text, found an empty one")
            return nil
        }
        guard text.utf8.count <= 4096, Self.isPlain(text) else {
            refuse(node.place, "\(key): expected a text of at most 4096 bytes without control characters")
            return nil
        }
        return text
    }

    mutating func texts(_ member: TOMLNode.Member) -> [(text: String, place: SettingsPlace)] {
        let nodes: [TOMLNode]
        if case .array(let several) = member.node.value { nodes = several } else { nodes = [member.node] }
        if nodes.isEmpty {
            refuse(member.node.place, "\(member.key): expected a text or an array of texts, found an empty one")
        }
        guard nodes.count <= Self.mostTexts else {
            refuse(
                nodes[Self.mostTexts].place,
                "\(member.key): expected at most \(Self.mostTexts) texts, found \(nodes.count)")
            return []
        }
        return nodes.compactMap { node in text(node, member.key).map { ($0, node.place) } }
    }

    /// A name for events and topics.
    mutating func name(_ member: TOMLNode.Member) -> Settings.Name? {
        if case .text(let text) = member.node.value, !text.isEmpty, let fault = Settings.Name.fault(in: text) {
            refuse(member.node.place, "name: expected a \(fault)")
            return nil
        }
        guard let text = text(member) else { return nil }
        return Settings.Name(text: text, place: member.node.place)
    }

    mutating func quiet(_ member: TOMLNode.Member) -> Settings.Quiet {
        var quiet = Settings.Quiet()
        for found in texts(member) {
            guard let times = TimesOfDay(found.text) else {
                refuse(found.place, "quiet: expected times as \"22:00-06:30\", found '\(found.text)'")
                continue
            }
            quiet.times = quiet.times + times
            quiet.place = quiet.place ?? found.place
        }
        return quiet
    }

    /// Whether there is something in a text, and nothing but what can be printed.
    package static func isPlain(_ text: String) -> Bool {
        !text.isEmpty && text.unicodeScalars.allSatisfy { !$0.isControl }
            && SystemPath.printable(text) == text
    }
}
