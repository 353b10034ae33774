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
