/// What sets a kind of sink apart from others.
package struct SinkTraits: OptionSet, Sendable {
    package let rawValue: Int

    package init(rawValue: Int) { self.rawValue = rawValue }

    /// May be told to write JSON Lines in place of what it would choose.
    package static let json = SinkTraits(rawValue: 1 << 0)
    /// Writes a file that can be put away when it is long.
    package static let file = SinkTraits(rawValue: 1 << 1)
    /// Talks to a broker, who may bring commands.
    package static let broker = SinkTraits(rawValue: 1 << 2)
    /// Talks to it through TLS.
    package static let encrypted = SinkTraits(rawValue: 1 << 3)
    /// Serves a page, which shows one stream.
    package static let page = SinkTraits(rawValue: 1 << 4)
    /// Keeps what events are about, so that labels can be taught by it.
    package static let clips = SinkTraits(rawValue: 1 << 5)
    /// Runs a program for each event.
    package static let program = SinkTraits(rawValue: 1 << 6)
}
