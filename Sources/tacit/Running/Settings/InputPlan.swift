import ArgumentParser
import TacitConsole
import TacitDiagnostics
import TacitLive
import TacitSettings
import TacitSinks
import TacitText

/// An input of a file of settings, checked: all that is needed to run it, and no device yet.
struct InputPlan: Sendable {
    /// What makes two plans the same, so that an input goes on untouched.
    struct Identity: Equatable, Sendable {
        let sense: Settings.Sense
        let model: String?
        /// As the command line would have them.
        let arguments: [String]
        let labels: [LabelTerms]
        let quiet: TimesOfDay
        let sinks: [ConfiguredSink]

        static func == (one: Identity, other: Identity) -> Bool {
            let words = [one, other].map { [$0.model ?? ""] + $0.arguments }
            return one.sense == other.sense && words[0].elementsEqual(words[1], by: SystemPath.areSame)
                && one.labels == other.labels && one.quiet == other.quiet && one.sinks == other.sinks
        }
    }

    /// A model, for people.
    struct Model: Sendable {
        let path: String
        let labels: Int
        let learned: Int
    }

    let name: String
    /// What it is in topics: its name made safe, with a suffix where an input before it in the file is called so.
    let device: String
    let identity: Identity
    /// Names of the sinks.
    let to: [String]
    let model: Model
    /// The source, for people.
    let source: String
    /// Whether it is one that may come back: a device or a program.
    let isLive: Bool

    /// Whether it is the input of that name.
    func isCalled(as other: InputPlan) -> Bool { SystemPath.areSame(name, other.name) }

    /// Whether people may say somewhere what its events were.
    var takesCorrections: Bool { identity.sinks.contains(where: \.takesCorrections) }

    /// - Throws: what the parser of the command line throws; not for arguments that have been checked.
    func options() throws -> any StreamOptions { try Self.options(identity.sense, identity.arguments) }

    static func options(_ sense: Settings.Sense, _ arguments: [String]) throws -> any StreamOptions {
        switch sense {
        case .sound: try Listen.parse(arguments)
        case .pictures: try Watch.parse(arguments)
        }
    }

    /// What the parser of the command line says of what `options` threw.
    static func message(for error: any Error, _ sense: Settings.Sense) -> String {
        switch sense {
        case .sound: Listen.message(for: error)
        case .pictures: Watch.message(for: error)
        }
    }

    /// The same, with JSON Lines on standard output if `isJSON`.
    func told(asJSON isJSON: Bool) -> InputPlan {
        guard isJSON, !identity.arguments.contains("--json") else { return self }
        let own = identity
        return InputPlan(
            name: name, device: device,
            identity: Identity(
                sense: own.sense, model: own.model, arguments: own.arguments + ["--json"], labels: own.labels,
                quiet: own.quiet, sinks: own.sinks),
            to: to, model: model, source: source, isLive: isLive)
    }

    func terms(_ stop: StopToken) -> StreamTerms {
        StreamTerms(stop: stop, name: name, device: device, labels: identity.labels, quiet: identity.quiet)
    }
}
