import ArgumentParser
import TacitConsole
import TacitDiagnostics
import TacitLive
import TacitSettings
import TacitSinks
import TacitText

/// An input of a file of settings, checked: all that is needed to run it, and no device yet.
struct InputPlan: Sendable {
    /// A model, for people.
    struct Model: Sendable {
        let path: String
        let labels: Int
        let learned: Int
    }

    let name: String
    /// What it is in topics: its name made safe, with a suffix where an input before it in the file is called so.
    let device: String
    var identity: Identity
    /// Names of the sinks.
    let to: [String]
    let model: Model
    /// The source, for people.
    let source: String
    /// Whether it is one that may come back: a device or a program.
    let isLive: Bool

    /// Whether it is the input of that name.
    func isCalled(as other: InputPlan) -> Bool { SystemPath.areSame(name, other.name) }

    /// Whether the input goes on untouched where the other plan's is to run: not where its topics are others now, because
    /// one that topics can't tell from it came or went in front of it.
    func isSame(as other: InputPlan) -> Bool {
        isCalled(as: other) && identity == other.identity && (device == other.device || !hasTopics)
    }

    private var hasTopics: Bool { identity.sinks.contains { $0.request.has(.broker) } }

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
        var plan = self
        if isJSON { plan.identity.setJSON() }
        return plan
    }

    func terms(_ stop: StopToken) -> StreamTerms {
        StreamTerms(stop: stop, name: name, device: device, labels: identity.labels, quiet: identity.quiet)
    }
}
