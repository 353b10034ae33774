import TacitConsole
import TacitLive

/// Standard output: a live view on a terminal, JSON Lines or plain lines elsewhere.
enum StandardOutputSink {
    static let kind = SinkKind(
        name: "stdout", form: "stdout", hasAddress: false, traits: .json,
        make: { _, settings, stream in try make(stream, isJSON: stream.isJSON || settings.isJSON) })

    private static func make(_ stream: StreamDescription, isJSON: Bool) throws -> any Sink {
        // One screen shows one stream.
        let isView = !isJSON && !stream.isOneOfMany && Terminal.shared.isTerminal
        let outlet = try LineOutlet(
            StandardOutputDrain(canBeCalledOff: !isView), stream,
            capacity: isView ? Screen.largest : 4 * stream.lineBound)
        if isView {
            switch stream.sense {
            case .sound(let window, let hop):
                return ListenView(stream, windowSeconds: window, hopSeconds: hop, outlet: outlet)
            case .pictures: return WatchView(stream, outlet: outlet)
            }
        }
        if isJSON { return LiveLines(JSONLineFormat(stream), stream, outlet: outlet) }
        return LiveLines(
            PlainLineFormat(stream.streamLabels, source: stream.isOneOfMany ? stream.source : nil), stream,
            outlet: outlet)
    }
}

/// Standard output behind a queue. When it can't be written any more the program ends: in order, if its stream can.
struct StandardOutputDrain: OutputDrain {
    let name = "standard output"
    /// A pipe or a file can, a terminal can't.
    let canBeCalledOff: Bool

    func write(_ bytes: UnsafeRawBufferPointer) throws -> Int {
        do {
            try StandardOutput.shared.write(bytes, unlessStopped: canBeCalledOff)
        } catch let error as Process.Stopped {
            tellGivenUp()
            throw error
        }
        return bytes.count
    }

    func hasFailed(_ error: any Error) { Process.end(after: error) }
}
