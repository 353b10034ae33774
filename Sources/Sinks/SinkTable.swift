import TacitDiagnostics
import TacitLive

/// Every kind of sink there is, a row each.
package enum SinkTable {
    package static let kinds: [SinkKind] = [
        StandardOutputSink.kind, JSONLinesSink.kind, MQTTSink.plain, MQTTSink.encrypted, PageSink.kind,
        ClipSink.kind, CommandSink.kind,
    ]

    /// For people: what `--to` takes.
    package static let forms = kinds.map(\.form).joined(separator: ", ")

    /// What the command line asks for; without anything, standard output.
    ///
    /// - Throws: `TacitError` (usage) for an unknown kind, an address that can't be one, the same sink twice.
    package static func parse(_ texts: [String], _ settings: SinkSettings = SinkSettings()) throws -> [SinkRequest] {
        var requests: [SinkRequest] = []
        for text in texts.isEmpty ? [StandardOutputSink.kind.name] : texts {
            let request = try parse(text, settings)
            guard request.kind.only == nil || !requests.contains(where: { $0.name == request.name }) else {
                throw TacitError(.usage, "--to \(text): one sink of the kind \(request.kind.form) is all there may be")
            }
            guard !requests.contains(where: { $0.leads(where: request) }) else {
                throw TacitError(.usage, "--to \(text) is given twice")
            }
            requests.append(request)
        }
        return requests
    }

    private static func parse(_ text: String, _ settings: SinkSettings) throws -> SinkRequest {
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
        return SinkRequest(kind: kind, address: address ?? "")
    }

    /// Opens the sinks, with the same settings for all.
    ///
    /// - Throws: `TacitError` (output) for what can't be opened.
    package static func open(
        _ requests: [SinkRequest], _ settings: SinkSettings, _ stream: StreamDescription
    ) throws -> Tee {
        try open(requests.map { ConfiguredSink($0, settings) }, stream)
    }

    /// Opens the sinks; the service manager, where there is one, is told as well.
    ///
    /// - Throws: `TacitError` (output) for what can't be opened; what had been opened before it is closed again.
    package static func open(_ configured: [ConfiguredSink], _ stream: StreamDescription) throws -> Tee {
        var stream = stream
        stream.hasOneSink = configured.count == 1
        if case .sound = stream.sense, let clips = configured.first(where: { $0.request.has(.clips) }) {
            stream.secondsAfter = clips.settings.clips.after
            stream.secondsLongest = clips.settings.clips.longest
        }
        var sinks: [(name: String, sink: any Sink)] = []
        // Before those through which people speak.
        if configured.contains(where: \.takesCorrections), let teacher = stream.teacher,
            let clips = configured.first(where: { $0.request.has(.clips) })
        {
            let corrections = try Corrections(teacher, clips: clips.request.address, labels: stream.streamLabels)
            stream.corrections = corrections
            sinks.append(("corrections", corrections))
        }
        do {
            for sink in configured {
                let request = sink.request
                sinks.append((request.description, try request.kind.make(request.address, sink.settings, stream)))
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
