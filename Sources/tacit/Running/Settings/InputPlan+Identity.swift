import TacitDiagnostics
import TacitLabelling
import TacitSettings
import TacitSinks
import TacitText

extension InputPlan {
    /// What makes two plans the same, so that an input goes on untouched: what its settings say, however they are
    /// written.
    struct Identity: Equatable, Sendable {
        let sense: Settings.Sense
        let model: String?
        /// As the command line would have them.
        private(set) var arguments: [String]
        /// What they say, in the one way that all ways to write it come to; as bytes, in which the system knows names.
        private var wishes: Set<[UInt8]>
        /// By name; of labels that the input has or may come to have.
        var labels: [LabelTerms]
        let quiet: TimesOfDay
        let sinks: [ConfiguredSink]

        /// - Parameters:
        ///   - model: its path; nil for what there is by default.
        ///   - entries: of the input, checked.
        ///   - names: of the labels that it has.
        ///   - labels: what labels have of their own, in any order.
        init(
            sense: Settings.Sense, model: String?, entries: [Settings.Entry], names: [String], labels: [LabelTerms],
            quiet: TimesOfDay, sinks: [ConfiguredSink]
        ) {
            self.sense = sense
            self.model = model
            arguments = entries.flatMap(\.arguments)
            wishes = Set(entries.flatMap { Self.wishes(of: $0, names) })
            self.labels = labels.filter { !$0.isEmpty }
                .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
            self.quiet = quiet.merged
            self.sinks = sinks
        }

        private static func wishes(of entry: Settings.Entry, _ names: [String]) -> [[UInt8]] {
            canonical(entry, names).map { Array("\(entry.name)=\($0)".utf8) }
        }

        private static func canonical(_ entry: Settings.Entry, _ names: [String]) -> [String] {
            if ["only", "except"].contains(entry.name) {
                // An empty list says nothing; one with every label says that none that comes is meant.
                guard !entry.values.isEmpty else { return [] }
                // Names that no label has, nor may come to have, were refused.
                let selection = try? LabelSelection(labels: names, only: entry.values, labelsCome: true)
                return selection.map { $0.indices.map { names[$0] } + $0.awaited } ?? entry.values
            }
            guard SettingsKey.input.contains(where: { $0.name == entry.name && $0.kind == .number }) else {
                return entry.values
            }
            return entry.values.map { value in Double(value).map { "\($0)" } ?? value }
        }

        /// Asks for JSON Lines on standard output.
        mutating func setJSON() {
            guard wishes.insert(Array("json=".utf8)).inserted else { return }
            arguments.append("--json")
        }

        static func == (one: Identity, other: Identity) -> Bool {
            one.sense == other.sense && SystemPath.areSame(one.model ?? "", other.model ?? "")
                && one.wishes == other.wishes && one.labels == other.labels && one.quiet == other.quiet
                && one.sinks.count == other.sinks.count && one.sinks.allSatisfy(other.sinks.contains)
        }
    }
}
