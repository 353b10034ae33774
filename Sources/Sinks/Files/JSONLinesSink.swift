import TacitConsole
import TacitDiagnostics

/// JSON Lines at the end of a file.
enum JSONLinesSink {
    static let kind = SinkKind(name: "jsonl", form: "jsonl:PATH", hasAddress: true) { path, settings, stream in
        let outlet = LineOutlet(
            try FileDrain(path: path, rotation: settings.rotation, triesAgain: !stream.waits), stream,
            capacity: 4 * stream.lineBound)
        return LiveLines(
            JSONLineFormat(
                labels: stream.labels, learnedFrom: stream.learnedFrom, hasLogits: stream.hasLogits,
                source: stream.source), stream,
            outlet: outlet)
    }
}
