import TacitDiagnostics
import TacitLive

/// A kind of sink: its name in front of the colon of `--to`, and how one is made.
package struct SinkKind: Sendable {
    package let name: String
    /// As `--to` wants it, for people.
    package let form: String
    /// Whether something follows the colon.
    package let hasAddress: Bool
    /// What sets it apart, for those who have settings or limits for such sinks alone.
    package let traits: SinkTraits
    /// What one is called where one is all that a stream may have; nil for what may be given twice.
    package let only: String?
    /// Whether two addresses are one, however they are spelled.
    package let areOne: @Sendable (_ address: String, _ other: String) -> Bool
    /// Looks at what follows the colon, before anything else is read or opened.
    ///
    /// - Throws: `TacitError` (usage) for an address that can't be one.
    package let check: @Sendable (_ address: String, _ settings: SinkSettings) throws -> Void
    /// Tries what the sink would need, with so many seconds for each step, and leaves nothing behind.
    package let probe: @Sendable (_ address: String, _ settings: SinkSettings, _ seconds: Double) -> SinkTrouble?
    /// What keeps it from being had now, as far as files show it while nothing is opened, made or asked; nil for nothing.
    package let obstacle: @Sendable (_ address: String, _ settings: SinkSettings) -> TacitError?
    /// Opens the sink. Gets what follows the colon.
    ///
    /// - Throws: `TacitError`: output for what can't be opened.
    package let make:
        @Sendable (_ address: String, _ settings: SinkSettings, _ stream: StreamDescription) throws -> any Sink

    init(
        name: String, form: String, hasAddress: Bool, traits: SinkTraits = [], only: String? = nil,
        areOne: @escaping @Sendable (String, String) -> Bool = { SystemPath.areSame($0, $1) },
        check: @escaping @Sendable (String, SinkSettings) throws -> Void = { _, _ in },
        probe: @escaping @Sendable (String, SinkSettings, Double) -> SinkTrouble? = { _, _, _ in nil },
        obstacle: @escaping @Sendable (String, SinkSettings) -> TacitError? = { _, _ in nil },
        make: @escaping @Sendable (String, SinkSettings, StreamDescription) throws -> any Sink
    ) {
        self.name = name
        self.form = form
        self.hasAddress = hasAddress
        self.traits = traits
        self.only = only
        self.areOne = areOne
        self.check = check
        self.probe = probe
        self.obstacle = obstacle
        self.make = make
    }
}
