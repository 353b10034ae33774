/// A sink that was asked for, with settings of its own.
package struct ConfiguredSink: Equatable, Sendable {
    package let request: SinkRequest
    package let settings: SinkSettings

    package init(_ request: SinkRequest, _ settings: SinkSettings) {
        self.request = request
        self.settings = settings
    }

    /// Whether people may say there what events were.
    package var takesCorrections: Bool { settings.takesCorrections }
}
