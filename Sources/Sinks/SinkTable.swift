import TacitConsole
import TacitDiagnostics
import TacitLive

/// A kind of sink: its name in front of the colon of `--to`, and how one is made.
package struct SinkKind: Sendable {
    package let name: String
    /// As `--to` wants it, for people.
    package let form: String
    /// Whether something follows the colon.
    package let hasAddress: Bool
    /// Whether it may be given twice for one stream.
    package let mayRepeat: Bool
    /// Whether two addresses are one, however they are spelled.
    package let areOne: @Sendable (_ address: String, _ other: String) -> Bool
    /// Looks at what follows the colon, before anything else is read or opened.
    ///
    /// - Throws: `TacitError` (usage) for an address that can't be one.
    package let check: @Sendable (_ address: String, _ settings: SinkSettings) throws -> Void
    /// Opens the sink. Gets what follows the colon.
    ///
    /// - Throws: `TacitError`: output for what can't be opened.
    package let make:
        @Sendable (_ address: String, _ settings: SinkSettings, _ stream: StreamDescription) throws -> any Sink

    init(
        name: String, form: String, hasAddress: Bool, mayRepeat: Bool = true,
        areOne: @escaping @Sendable (String, String) -> Bool = { SystemPath.areSame($0, $1) },
        check: @escaping @Sendable (String, SinkSettings) throws -> Void = { _, _ in },
        make: @escaping @Sendable (String, SinkSettings, StreamDescription) throws -> any Sink
    ) {
        self.name = name
        self.form = form
        self.hasAddress = hasAddress
        self.mayRepeat = mayRepeat
        self.areOne = areOne
        self.check = check
        self.make = make
    }
}

/// Every kind of sink there is, a row each.
package enum SinkTable {
    package static let kinds: [SinkKind] = [
        StandardOutputSink.kind, JSONLinesSink.kind, MQTTSink.plain, MQTTSink.encrypted, PageSink.kind,
        ClipSink.kind, CommandSink.kind,
    ]

    /// For people: what `--to` takes.
    package static let forms = kinds.map(\.form).joined(separator: ", ")

    /// A sink that was asked for.
    package struct Wish: Equatable, CustomStringConvertible {
        package let name: String
        package let address: String

        package var description: String { address.isEmpty ? name : "\(name):\(address)" }

        package static func == (one: Wish, other: Wish) -> Bool {
            one.name == other.name && SystemPath.areSame(one.address, other.address)
        }

        /// Whether both are one sink, however its address is spelled.
        package func leads(where other: Wish) -> Bool {
            self == other
                || name == other.name && kinds.contains { $0.name == name && $0.areOne(address, other.address) }
        }
    }

    /// A sink with settings of its own.
    package struct Wanted: Equatable {
        package let wish: Wish
        package let settings: SinkSettings

        package init(_ wish: Wish, _ settings: SinkSettings) {
            self.wish = wish
            self.settings = settings
        }

        /// Whether people may say there what events were.
        package var takesCorrections: Bool { settings.page.tokenFile != nil || settings.mqtt.takesCommands }
    }

    /// What the command line asks for; without anything, standard output.
    ///
    /// - Throws: `TacitError` (usage) for an unknown kind, an address that can't be one, the same sink twice.
    package static func parse(_ texts: [String], _ settings: SinkSettings = SinkSettings()) throws -> [Wish] {
        var wishes: [Wish] = []
        for text in texts.isEmpty ? [StandardOutputSink.kind.name] : texts {
            let wish = try parse(text, settings)
            for kind in kinds where kind.name == wish.name && !kind.mayRepeat {
                guard !wishes.contains(where: { $0.name == kind.name }) else {
                    throw TacitError(.usage, "--to \(text): one sink of the kind \(kind.form) is all there may be")
                }
            }
            guard !wishes.contains(where: { $0.leads(where: wish) }) else {
                throw TacitError(.usage, "--to \(text) is given twice")
            }
            wishes.append(wish)
        }
        return wishes
    }

    private static func parse(_ text: String, _ settings: SinkSettings) throws -> Wish {
        let colon = text.utf8.firstIndex(of: UInt8(ascii: ":"))
        let name = String(text[..<(colon ?? text.endIndex)])
        let address = colon.map { String(text[text.utf8.index(after: $0)...]) }
        guard let kind = kinds.first(where: { $0.name == name }) else {
            throw TacitError(.usage, "--to \(text): no sink is called '\(name)', expected \(forms)")
        }
        guard kind.hasAddress == (address?.isEmpty == false), kind.hasAddress || address == nil else {
            throw TacitError(.usage, "--to \(text): expected \(kind.form)")
        }
        try kind.check(address ?? "", settings)
        return Wish(name: name, address: address ?? "")
    }

    /// Opens the sinks, with the same settings for all.
    ///
    /// - Throws: `TacitError` (output) for what can't be opened.
    package static func open(
        _ wishes: [Wish], _ settings: SinkSettings, _ stream: StreamDescription
    ) throws -> Tee {
        try open(wishes.map { Wanted($0, settings) }, stream)
    }

    /// Opens the sinks; the service manager, where there is one, is told as well.
    ///
    /// - Throws: `TacitError` (output) for what can't be opened; what had been opened before it is closed again.
    package static func open(_ wanted: [Wanted], _ stream: StreamDescription) throws -> Tee {
        var stream = stream
        stream.hasOneSink = wanted.count == 1
        var sinks: [(name: String, sink: any Sink)] = []
        // Before those through which people speak.
        if wanted.contains(where: \.takesCorrections), let teacher = stream.teacher,
            let clips = wanted.first(where: { $0.wish.name == ClipSink.kind.name })
        {
            let corrections = try Corrections(teacher, clips: clips.wish.address, labels: stream.eventNames)
            stream.corrections = corrections
            sinks.append(("corrections", corrections))
        }
        do {
            for (wish, settings) in wanted.lazy.map({ ($0.wish, $0.settings) }) {
                for kind in kinds where kind.name == wish.name {
                    sinks.append((wish.description, try kind.make(wish.address, settings, stream)))
                }
            }
        } catch {
            // Whoever tries again finds their ports and their files free.
            end(sinks.map { $0.sink })
            throw error
        }
        if let manager = ServiceManagerSink() { sinks.append(("the service manager", manager)) }
        return Tee(sinks, stop: stream.stop)
    }

    /// Ends sinks that were told nothing, all at the same time. One that takes long ends by itself later.
    private static func end(_ sinks: [any Sink]) {
        let endings = sinks.map { SinkEnding($0) }
        for ending in endings { ending.start() }
        let over = StopToken()
        over.stop()
        var patience = 2.0
        for ending in endings { _ = ending.wait(stop: over, &patience) }
    }
}
