import TacitDiagnostics

/// A sink that was asked for.
package struct SinkRequest: Equatable, Sendable, CustomStringConvertible {
    package let kind: SinkKind
    /// What follows the colon; empty where nothing does.
    package let address: String

    package var name: String { kind.name }
    package var description: String { address.isEmpty ? name : "\(name):\(address)" }

    package static func == (one: SinkRequest, other: SinkRequest) -> Bool {
        one.name == other.name && SystemPath.areSame(one.address, other.address)
    }

    package func has(_ trait: SinkTraits) -> Bool { kind.traits.contains(trait) }

    /// Whether both are one sink, however its address is spelled.
    package func leads(where other: SinkRequest) -> Bool {
        self == other || name == other.name && kind.areOne(address, other.address)
    }

    /// Tries what the sink would need, and leaves nothing behind: no message, no file, no open port. Sinks that need
    /// nothing but the disk have no trouble here.
    ///
    /// - Parameters:
    ///   - settings: what goes with the addresses: files of passwords, certificates.
    ///   - seconds: that a broker has for each step.
    package func trouble(_ settings: SinkSettings, seconds: Double) -> SinkTrouble? {
        kind.probe(address, settings, seconds)
    }

    /// What keeps the sink from being had now, as far as files show it while nothing is opened, made or asked.
    package func obstacle(_ settings: SinkSettings) -> TacitError? { kind.obstacle(address, settings) }
}
