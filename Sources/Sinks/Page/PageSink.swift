import TacitConsole
import TacitDiagnostics
import TacitFrontEnd
import TacitLive

/// A page that shows a stream as it goes, and what programs ask for beside it.
final class PageSink: Sink {
    static let kind = SinkKind(
        name: "http", form: "http://HOST:PORT", hasAddress: true, traits: .page,
        areOne: { one, other in
            guard let one = try? PageAddress(one), let other = try? PageAddress(other) else { return false }
            return one.isOne(with: other)
        },
        check: { address, settings in
            let place = try PageAddress(address)
            guard place.isLoopback || settings.page.tokenFile != nil else {
                throw TacitError(
                    .usage,
                    "--to http:\(address): everyone who reaches \(place.host) could listen in: it wants "
                        + "--http-token-file FILE, or 127.0.0.1")
            }
        },
        probe: { address, settings, _ in
            (try? PageAddress(address)).flatMap { PageProbe.trouble($0, settings.page) }
        },
        obstacle: { _, settings in settings.page.tokenFile.flatMap(PathProbe.obstacle(toReading:)) },
        make: { address, settings, stream in
            let token = try settings.page.tokenFile.map { try SecretFile.token($0, least: leastToken) }
            return try PageSink(
                PageAddress(address), name: settings.page.name, token: token, isRequired: settings.areRequired, stream)
        })

    /// Bytes of a token: long enough that nobody guesses it, however often they try.
    static let leastToken = 16

    private let server: PageServer
    private let rate: Double

    init(
        _ address: PageAddress, name: String?, token: String?, isRequired: Bool, _ stream: StreamDescription
    ) throws {
        rate = Double(max(stream.sampleRate, 1))
        server = try PageServer(address, name: name, token: token, isRequired: isRequired, stream)
    }

    func samples(_ samples: UnsafeBufferPointer<Float>, time: Double) {
        server.tell { $0.heard(seconds: Double(samples.count) / rate) }
    }
    func picture(_ seen: PixelView) { server.tell { $0.advanced() } }
    func passed(time: Double) { server.tell { $0.advanced() } }
    func frame(_ frame: PixelView) {
        if server.picture.take(frame) { server.wake() }
    }

    func labels(_ reading: LiveReading) {
        server.tell { $0.labels(reading) }
        server.wake()
    }

    func quiet(_ quiet: LiveQuiet) {
        server.tell { $0.quiet(quiet) }
        server.wake()
    }

    func event(_ event: LiveEvent) {
        server.tell { $0.event(event) }
        server.wake()
    }

    func relabel(_ labels: StreamLabels) { server.tell { $0.relabel(labels) } }

    func gap(_ gap: LiveGap) {
        server.tell { $0.gap(gap) }
        server.wake()
    }

    func finish() { server.finish() }
}
