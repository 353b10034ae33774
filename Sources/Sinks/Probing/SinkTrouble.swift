/// Why a sink could not be had, if it were opened now.
package enum SinkTrouble: Equatable, Sendable {
    /// A library that is loaded when the sink is opened is not on this machine.
    case library(package: String, reason: String)
    /// A file with a password or a token, which can't be read or holds none.
    case secret(file: String, reason: String)
    /// The host's name leads nowhere.
    case host(name: String, reason: String)
    /// Nothing answers there.
    case reach(reason: String)
    /// A broker that answers, and does not want us.
    case refusal(reason: String)
    /// A broker whose certificate can't be trusted, or none where one is wanted.
    case certificate(reason: String)
    /// The page's port is another program's.
    case port(number: Int)
    /// The page's address is not this machine's, or may not be had.
    case address(reason: String)
}

extension SinkTable.Wish {
    /// Tries what the sink would need, and leaves nothing behind: no message, no file, no open port. Sinks that need
    /// nothing but the disk have no trouble here.
    ///
    /// - Parameters:
    ///   - settings: what goes with the addresses: files of passwords, certificates.
    ///   - seconds: that a broker has for each step.
    package func trouble(_ settings: SinkSettings, seconds: Double) -> SinkTrouble? {
        switch name {
        case MQTTSink.plain.name, MQTTSink.encrypted.name:
            let address = try? MQTTAddress(self.address, isEncrypted: name == MQTTSink.encrypted.name)
            return address.flatMap { BrokerProbe($0, settings.mqtt, seconds: seconds).trouble() }
        case PageSink.kind.name:
            return (try? PageAddress(address)).flatMap { PageProbe.trouble($0, settings.page) }
        default: return nil
        }
    }
}
