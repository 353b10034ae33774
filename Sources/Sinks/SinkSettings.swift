/// What the command line says of sinks beside their addresses.
package struct SinkSettings: Equatable, Sendable {
    package var rotation = Rotation()
    package var clips = ClipSettings()
    package var commands = CommandSinkSettings()
    package var mqtt = MQTTSettings()
    package var page = PageSettings()
    /// Whether standard output gets JSON Lines, even if the stream is to have none.
    package var isJSON = false
    /// Whether a sink that can't be had at the start is an error, rather than tried again.
    package var areRequired = false

    package init() {}

    /// Whether people may say there what events were.
    package var takesCorrections: Bool { page.tokenFile != nil || mqtt.takesCommands }
}
