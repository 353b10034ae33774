import Diagnostics

/// Takes files one after another: a bad one prints its line, the rest go on.
enum FileRun {
    /// - Throws: `ExitStatus.Reported` with the first bad file's error, after all files; what the output throws at once
    static func run(
        _ paths: [String], labeller: FileLabeller, windows: Bool, output: some ClassifyOutput
    ) throws {
        var first: TacitError?
        for (index, path) in paths.enumerated() {
            try output.begin(path, number: index + 1, of: paths.count)
            let readings: [FileReading]
            do {
                readings = windows ? try labeller.windows(of: path) : [try labeller.read(path)]
            } catch let error as TacitError {
                first = first ?? error
                try output.failure(error)
                continue
            }
            for reading in readings { try output.result(path, reading) }
        }
        try output.finish()
        if let first { throw ExitStatus.Reported(kind: first.kind) }
    }
}
