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
    /// Opens the sink. Gets what follows the colon.
    ///
    /// - Throws: `TacitError`: usage for an address that can't be one, output for what can't be opened.
    package let make: @Sendable (_ address: String, _ stream: StreamDescription) throws -> any Sink
}

/// Every kind of sink there is, a row each.
package enum SinkTable {
    package static let kinds: [SinkKind] = [StandardOutputSink.kind, JSONLinesSink.kind]

    /// For people: what `--to` takes.
    package static let forms = kinds.map(\.form).joined(separator: ", ")

    /// A sink that was asked for.
    package struct Wish: Equatable, CustomStringConvertible {
        package let name: String
        package let address: String

        package var description: String { address.isEmpty ? name : "\(name):\(address)" }
    }

    /// What the command line asks for; without anything, standard output.
    ///
    /// - Throws: `TacitError` (usage) for an unknown kind, an address that is missing or too much, the same sink twice.
    package static func parse(_ texts: [String]) throws -> [Wish] {
        var wishes: [Wish] = []
        for text in texts.isEmpty ? [StandardOutputSink.kind.name] : texts {
            let wish = try parse(text)
            guard !wishes.contains(wish) else { throw TacitError(.usage, "--to \(text) is given twice") }
            wishes.append(wish)
        }
        return wishes
    }

    private static func parse(_ text: String) throws -> Wish {
        let colon = text.utf8.firstIndex(of: UInt8(ascii: ":"))
        let name = String(text[..<(colon ?? text.endIndex)])
        let address = colon.map { String(text[text.utf8.index(after: $0)...]) }
        guard let kind = kinds.first(where: { $0.name == name }) else {
            throw TacitError(.usage, "--to \(text): no sink is called '\(name)', expected \(forms)")
        }
        guard kind.hasAddress == (address?.isEmpty == false), kind.hasAddress || address == nil else {
            throw TacitError(.usage, "--to \(text): expected \(kind.form)")
        }
        return Wish(name: name, address: address ?? "")
    }

    /// Opens the sinks; the service manager, where there is one, is told as well.
    package static func open(_ wishes: [Wish], _ stream: StreamDescription) throws -> Tee {
        var stream = stream
        stream.hasOneSink = wishes.count == 1
        var sinks: [(name: String, sink: any Sink)] = []
        for wish in wishes {
            for kind in kinds where kind.name == wish.name {
                sinks.append((wish.description, try kind.make(wish.address, stream)))
            }
        }
        if let manager = ServiceManagerSink() { sinks.append(("the service manager", manager)) }
        return Tee(sinks, stop: Process.stop)
    }
}
