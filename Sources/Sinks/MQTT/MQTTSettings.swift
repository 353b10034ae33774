/// What the command line says of brokers beside their addresses.
package struct MQTTSettings: Equatable, Sendable {
    /// A file whose first line is the password.
    package var passwordFile: String?
    /// Certificates of who may vouch for the broker, instead of the system's; and this machine's own, with its key.
    package var authorityFile: String?
    package var certificateFile: String?
    package var keyFile: String?
    /// Whether Home Assistant is told what there is.
    package var hasDiscovery = true
    /// Whether events may be corrected by messages.
    package var takesCommands = false

    package init() {}

    /// All that have to be read before the broker is asked.
    var files: [String] { [passwordFile, authorityFile, certificateFile, keyFile].compactMap(\.self) }
}
