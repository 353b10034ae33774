import TacitDiagnostics
import TacitMeasures
import TacitModelFile

/// Makes a model file from a base and, if there is one, an adapter.
package final class Converter {
    /// Stands in the provenance of every model, beside the flags. Changes whenever the same input with the same flags
    /// gives other bytes.
    package static let version = "8"

    let options: ConversionOptions
    let folders: [SourceFolder]
    let checkpoint: BaseCheckpoint
    let adapter: PEFTAdapter?
    let surroundings: Surroundings
    package let description: ModelDescription
    let notes: [String]
    /// Contexts like those that the model is made for; nil makes some up.
    package var data: DataContexts?
    /// Blocks that were tried with two planes, once it is known that they are.
    var twoPlaneSteps = 0
    /// Whether such contexts decide about anything.
    package var wantsData: Bool { trialSteps + calibratedSteps > 0 }

    /// Reads and checks all but the weights themselves.
    ///
    /// - Throws: `TacitError`: `noInput` if something is not there, `badData` if it is broken or not supported, `usage`
    ///   for numbers that do not go with this base, `cannotCreate` if the model can't be written where it is to be.
    package init(_ options: ConversionOptions) throws {
        self.options = options
        let adapterFolder = try options.adapter.map { try SourceFolder(path: $0) }
        let base = try BaseSource(path: options.base, layers: options.layers, adapterFolder: adapterFolder)
        folders = [base.folder] + (adapterFolder.map { [$0] } ?? [])
        checkpoint = base.checkpoint
        adapter = try adapterFolder.map { try PEFTAdapter(model: base.model, folder: $0) }
        surroundings = try Surroundings(folder: adapterFolder, checkpoint: checkpoint)
        description = try surroundings.description()
        try surroundings.refuseStrangers(description)
        try surroundings.refuseOtherBase(than: base.folder)
        notes = [Self.note(ofBase: options.base, adapter?.baseName)].compactMap { $0 }
        try refuse(writingTo: options.output)
        try FormerFile.refuseForeign(options.output)
        try refuseImpossibleBudget()
        try refuseTooManyTwoPlaneLayers()
        // Whether it can be written is known before minutes of work, not after.
        _ = try OutputFile(path: options.output)
    }

    /// Refuses to write over what was read, under whatever name.
    ///
    /// - Throws: `TacitError` of kind `cannotCreate`.
    package func refuse(writingTo path: String) throws {
        guard let identity = FileIdentity(path: path) else { return }
        for folder in folders where folder.identities.contains(identity) {
            throw TacitError(.cannotCreate, file: path, "is one of the files that the model is made from")
        }
    }

    /// What there is to say where an adapter names another base than the one that is given.
    private static func note(ofBase path: String, _ name: String?) -> String? {
        guard let name else { return nil }
        // A snapshot in the hub's cache: models--OWNER--NAME/snapshots/REVISION.
        let parts = path.split(separator: "/").map(String.init)
        var given = SystemPath.shortName(of: path)
        if parts.count >= 3, parts[parts.count - 2] == "snapshots", parts[parts.count - 3].hasPrefix("models--") {
            given = parts[parts.count - 3].split(separator: "-").joined(separator: "-")
        }
        let wanted = SystemPath.shortName(of: name).lowercased()
        guard !given.lowercased().hasPrefix(wanted), !given.lowercased().hasSuffix(wanted) else { return nil }
        return "the adapter says that it was made over \(name), the base given is \(SystemPath.shortName(of: path))"
    }

    /// Writes the model file. It appears under its name when all of it is there.
    ///
    /// - Parameters:
    ///   - calibrate: runs the model with its weights in 32-bit floats, and as they are stored, over data; nil for
    ///     none. What it throws ends the conversion, with nothing written.
    ///   - progress: called with the parts done and all parts; what it throws ends the conversion.
    /// - Throws: `TacitError`: `badData` as `init` does, and for a model whose results are no numbers.
    package func convert(
        calibrate: ((_ exact: ModelFile, _ stored: ModelFile) throws -> Calibration)? = nil,
        progress: (Int, Int) throws -> Void = { _, _ in }
    ) throws -> ConversionReport {
        var trunk = TrunkWeights(checkpoint: checkpoint, adapter: adapter)
        let trial = try trial(trunk, progress)
        var verdict = TrialVerdict(trial?.errors ?? [:], description, options)
        if verdict.isSmoothed { trunk.smoothing = trial?.smoothing ?? [] }
        verdict.twoPlanes = try twoPlanes(trunk, trial, verdict, progress)
        let quantizers = try quantizers(trunk, verdict, progress)
        var draft = try draft(trunk, quantizers, verdict, hasExact: calibrate != nil)
        draft.measurement = StoredTrunk(try pair(trial), checkpoint.model)
        try writeCalibrated(trunk, quantizers, &draft, progress)
        try writeParts(trunk, quantizers, &draft, progress)
        try progress(allSteps, allSteps)
        if let pair = draft.measurement?.pair {
            let errors = try RandomErrors(pair, try Readout(description, surroundings), path: options.output)
            if options.weights != .f32 { draft.report.errors.random = errors }
        }
        draft.measurement = nil
        if let calibrate {
            let stored = try draft.writer.readBack()
            draft.report.errors.calibration = try calibrate(draft.exactWriter?.readBack() ?? stored, stored)
        }
        var report = draft.report
        report.bytesBefore =
            checkpoint.byteCount + (adapter?.byteCount ?? 0) + (surroundings.store?.byteCount ?? 0)
        (report.tensors, report.bytesAfter) = try draft.writer.finish(report: report.storedJSON)
        return report
    }

    /// Contexts that the trunk's errors are measured with. Fitted weights are measured with others than they were
    /// fitted to; those that lose nothing have only to make numbers of one context.
    private func pair(_ trial: QuantizationTrial?) throws -> TrunkPair {
        if options.weights == .f32 { return try TrunkPair(description, surroundings, contexts: 1) }
        if calibratedSteps > 0 {
            return try TrunkPair(description, surroundings, seed: SamplePatches.unseenSeed)
        }
        // The report's contexts are always made up.
        guard data == nil, let trial else { return try TrunkPair(description, surroundings) }
        return TrunkPair(description, trial)
    }

    /// Contexts to try forms with, and to fit weights to: out of data, if there are any.
    func sample(contexts: Int) throws -> SamplePatches {
        guard let data else { return try SamplePatches(description, surroundings, contexts: contexts) }
        return try SamplePatches(description, surroundings, data, contexts: contexts)
    }

    func provenance(_ verdict: TrialVerdict) -> Provenance {
        Provenance(
            license: surroundings.config?.license ?? "", sources: surroundings.config?.sources ?? [],
            metrics: surroundings.config?.metrics ?? "", files: folders.flatMap(\.sources),
            converterVersion: Self.version, flags: options.flags(verdict, data))
    }
}
