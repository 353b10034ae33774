import TacitConsole
import TacitDiagnostics
import TacitLive
import TacitMedia

/// Takes files one after another: a bad one prints its line, the rest go on.
enum FileRun {
    /// Folders, where the model takes pictures, are replaced by the pictures in them. What can't be listed stays, and
    /// gives its line when its turn comes.
    static func expanded(_ paths: [String], _ model: LoadedModel) -> [String] {
        guard model.description.input.sense == .pictures else { return paths }
        return paths.flatMap { path -> [String] in
            guard PictureFiles.isFolder(path), let inner = try? PictureFiles.inFolder(path) else { return [path] }
            return inner
        }
    }

    /// - Throws: `ExitStatus.Reported` with the first bad file's error, after all files; what the output throws at once
    static func run(
        _ paths: [String], labeller: FileLabeller, windows: Bool, output: some ClassifyOutput
    ) throws {
        Process.hasStarted()
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
            if let damage = readings.first?.damage { StandardError.tell(damage, of: StandardInput.shownName(path)) }
        }
        try output.finish()
        if let first { throw ExitStatus.Reported(kind: first.kind) }
    }
}
