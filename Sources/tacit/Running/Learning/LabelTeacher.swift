import Glibc
import TacitConsole
import TacitDiagnostics
import TacitLearning
import TacitLive
import TacitMedia
import TacitModelFile

/// Changes a file of learned labels. Nothing is written before all examples of one command are there.
///
/// Examples may take long to come, so that others may change the file meanwhile: it is read again under its lock for
/// each change, and what two teach at once both stays.
final class LabelTeacher {
    let maker: ExampleMaker
    private let model: LoadedModel
    private let file: String
    private let base: TaughtBase
    private let output: LearnOutput
    private let labeller: FileLabeller?
    private let keepsClips: Bool
    private var labels: LearnedLabels

    /// - Throws: `TacitError`: bad data for a broken file, or one that was taught to another model.
    init(
        _ model: LoadedModel, file: String, engine: EngineSettings, keepsClips: Bool, output: LearnOutput
    ) throws {
        self.file = file
        self.output = output
        self.keepsClips = keepsClips
        base = try model.base
        maker = try ExampleMaker(model, engine: engine, keepsClips: keepsClips)
        var taught = model
        if let labels = try LabelsFile.read(file) {
            self.labels = labels
            if labels.model.digest == model.identity.digest { try taught.teach(labels, file: file) }
        } else {
            labels = LearnedLabels(model.identity)
        }
        self.model = taught
        labeller = taught.description.labels.isEmpty ? nil : try FileLabeller(taught, hop: nil, engine: engine)
    }

    /// Runs what others who change a file of labels wait for, and waits for them.
    ///
    /// - Throws: `TacitError` (cannot create) where there is no such folder.
    static func locked<Result>(_ file: String, _ body: () throws -> Result) throws -> Result {
        let lock = try LabelsLock(beside: file) {
            StandardError.line("\(file): waiting for another program that changes labels in its folder")
        }
        return try withExtendedLifetime(lock) { try body() }
    }

    /// What can be refused before there are examples.
    ///
    /// - Throws: `TacitError`: bad data for labels of another model, usage for a name that can't be learned or corrected, cannot
    ///   create where the file can't be written.
    func require(_ purpose: TeachingPurpose) throws {
        try requireSameModel()
        try purpose.require(labels, base)
        // Begun and left unfinished, it leaves nothing behind.
        _ = try OutputFile(path: file)
    }

    /// - Throws: `TacitError` (bad data) for labels of another model.
    private func requireSameModel() throws {
        var other = model
        try other.teach(labels, file: file)
    }

    // MARK: Examples

    /// A bad file prints its line, and the others are learned. `-` is standard input.
    ///
    /// - Throws: `TacitError` (usage) where there are more than can be learned, before more of them are computed.
    func take(_ paths: [String], _ purpose: TeachingPurpose) throws {
        let most = LearningLimits.examples
        guard paths.count <= most else {
            throw TacitError(.usage, "\(paths.count) files, expected at most \(most) examples")
        }
        var first: TacitError?
        var examples: [Example] = []
        // `[examples]`
        var names: [String] = []
        for path in paths {
            let name = StandardInput.shownName(path)
            do {
                // Read once: it may be a pipe.
                let material = try maker.material(
                    of: path, isBackground: purpose.isBackground, takesStandardInput: true)
                let heard = try labeller?.read(material, path: name)
                let made = try maker.examples(
                    of: material, background: labels.background, isBackground: purpose.isBackground)
                examples += made
                names += made.map { _ in name }
                if let remark = material.remark { StandardError.line(TacitError.badData(name, remark).description) }
                try output.heard(path, heard, model.description.labels)
            } catch let error as TacitError {
                let error = error.inFile(name)
                first = first ?? error
                StandardError.line(error.description)
            }
            try labels.requireRoom(for: purpose.addition(examples), base)
        }
        if !examples.isEmpty { try learn(examples, purpose, of: names) }
        if let first { throw ExitStatus.Reported(kind: first.kind) }
    }

    /// As they come, until there are enough.
    func take(_ live: LiveExamples, _ purpose: TeachingPurpose) throws {
        var examples: [Example] = []
        try live.run(background: labels.background, isBackground: purpose.isBackground) { taken, mayAskAgain in
            examples += taken
            guard mayAskAgain, case .label(let name) = purpose, examples.count > 2 else { return true }
            // Tried on a copy: what is unlike the others is asked for again.
            var trial = labels
            try purpose.apply(examples, to: &trial, base)
            guard let likeness = trial.index(of: name).map({ trial.classifiers.likeness[$0] })?.last,
                likeness < 0
            else { return true }
            examples.removeLast()
            return false
        }
        guard !examples.isEmpty else { return }
        try learn(examples, purpose)
    }

    /// - Parameter names: of the files, one an example; none where there are no files.
    private func learn(_ examples: [Example], _ purpose: TeachingPurpose, of names: [String] = []) throws {
        try rewrite {
            try requireSameModel()
            let before = labels.labels.map(\.name)
            let standings = try purpose.apply(examples, to: &labels, base)
            return remarks(names, standings, purpose)
                + before.filter { labels.index(of: $0) == nil }.map { "\($0)  has no example left, and is forgotten" }
        } tell: {
            try output.remarks($0)
        }
    }

    /// What is to be said of examples that were known, a line a file.
    private func remarks(
        _ names: [String], _ standings: [LearnedLabels.Standing], _ purpose: TeachingPurpose
    ) -> [String] {
        var said: Set<String> = []
        return zip(names, standings).compactMap { path, standing in
            guard standing != .new, said.insert(path).inserted else { return nil }
            return switch (purpose, standing) {
            case (.label(let name), .known): "\(path)  was an example of \(name) already, and has its clip now"
            case (.label(let name), _): "\(path)  is an example of \(name) now, and no correction any more"
            case (.not(let name), .known): "\(path)  was a correction of \(name) already, and has its clip now"
            case (.not(let name), _): "\(path)  is no example of \(name) any more"
            case (.background, _): nil
            }
        }
    }

    // MARK: Changes

    func change(_ body: (inout LearnedLabels, TaughtBase) throws -> Void) throws {
        try rewrite {
            try requireSameModel()
            try body(&labels, base)
            return []
        }
    }

    /// To this model, from the clips that were kept.
    func renew() throws {
        try rewrite {
            let renewed = try LabelMigration(model, maker: maker).renewed(labels, of: file)
            labels = renewed.labels
            return renewed.leftOut
        }
    }

    func export(_ names: [String], to path: String) throws {
        try requireSameModel()
        if let identity = FileIdentity(path: path) {
            for (own, what) in [(file, "the file of all labels"), (model.path, "the model")]
            where FileIdentity(path: own) == identity {
                throw TacitError(.cannotCreate, file: path, "is \(what) itself")
            }
            if SystemPath.kind(path) == S_IFREG, (try? LabelsFile.read(path)) == nil {
                throw TacitError(.cannotCreate, file: path, "is there and holds no labels: it is not written over")
            }
        }
        var chosen = try labels.only(names, base)
        if !keepsClips { chosen = chosen.withoutClips }
        try LabelsFile.write(chosen, to: path)
        try output.list(chosen, changed: path)
    }

    /// What is there already stays as it is.
    func importing(_ path: String) throws {
        guard let other = try LabelsFile.read(path) else {
            throw TacitError(.noInput, file: path, "there is no such file")
        }
        try rewrite {
            try requireSameModel()
            let migration = try LabelMigration(model, maker: maker)
            return try migration.add(other, of: path, to: &labels, keepsClips: keepsClips)
        }
    }

    /// Reads the file again, changes what it holds and writes it. Nobody waits for whoever reads what is told then.
    ///
    /// - Parameters:
    ///   - body: changes `labels`, and returns lines about what was left out, or was known.
    ///   - tell: says them.
    private func rewrite(
        _ body: () throws -> [String], tell: ([String]) throws -> Void = { $0.forEach(StandardError.line) }
    ) throws {
        let lines = try Self.locked(file) {
            if let now = try LabelsFile.read(file) { labels = now }
            let lines = try body()
            if try LabelsFile.write(labels, to: file) {
                StandardError.line(
                    "\(file): was another user's, and belongs to this one now: who had it may not read it any more")
            }
            return lines
        }
        try tell(lines)
        try output.list(labels, changed: file)
    }
}
