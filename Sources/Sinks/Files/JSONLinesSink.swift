import TacitConsole
import TacitDiagnostics

/// JSON Lines at the end of a file.
enum JSONLinesSink {
    static let kind = SinkKind(
        name: "jsonl", form: "jsonl:PATH", hasAddress: true, traits: .file,
        areOne: { FileIdentity.leadToOne($0, $1) },
        check: { path, _ in
            guard path != "-" else {
                throw TacitError(
                    .usage, "--to jsonl:-: a file that is called so is ./-; --to stdout with --json prints lines")
            }
        },
        obstacle: { path, _ in PathProbe.obstacle(toAppending: path) },
        make: { path, settings, stream in
            let drain: any OutputDrain =
                stream.isOneOfMany
                ? try SharedFileDrain(path: path, rotation: settings.rotation, triesAgain: !stream.waitsForReaders)
                : try FileDrain(path: path, rotation: settings.rotation, triesAgain: !stream.waitsForReaders)
            let outlet = try LineOutlet(drain, stream, capacity: 4 * stream.lineBound)
            return LiveLines(JSONLineFormat(stream), stream, outlet: outlet)
        })
}
