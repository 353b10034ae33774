import TacitConsole
import TacitDiagnostics
import TacitLearning
import TacitLive
import TacitModelFile
import TacitSettings
import TacitSinks
import TacitText

/// Checks a file of settings as far as that goes without a device, a broker or a written byte: keys and values, models, learned
/// labels, names, and whether what is asked for can be.
struct SettingsCheck {
    let path: String
    var inputs: [InputPlan] = []
    private(set) var sinks: [(name: String, address: String)] = []
    private(set) var faults: [SettingsFault] = []
    /// What may be a fault, and is none of the file's: of labels that may be taught, and of the machine.
    var doubts: [SettingsFault] = []

    let settings: Settings
    /// By their names; of two of one name the first.
    var wanted: [String: ConfiguredSink] = [:]
    /// What inputs are in topics, by name: in the file's order, not in that in which they begin.
    private var devices: [String: String] = [:]
    /// Labels of all models that could be opened; nil where one could not.
    private(set) var labels: [String]? = []
    /// Of each input that could be planned, by name, the labels that it has.
    var known: [String: Set<String>] = [:]
    /// The labels of all models, without what was taught to them.
    var builtIn: Set<String> = []

    /// - Throws: `TacitError`: no input for a file that can't be read; I/O error for what the machine could not do.
    init(path: String) throws {
        self.path = path
        let reader = SettingsReader(try SettingsFile.read(path))
        settings = reader.settings
        faults = reader.faults
        sinks = settings.sinks.map { ($0.name.text, $0.address.text) }
        let names = settings.inputs.map(\.name.text)
        devices = Dictionary(zip(names, Slug.distinct(names)), uniquingKeysWith: { first, _ in first })
        for sink in settings.sinks { check(sink) }
        checkPlaces()
        for input in settings.inputs {
            if let plan = try plan(input) { inputs.append(plan) }
        }
        checkPages()
        checkLabels()
        leaveLabelsToTheirModels()
        doubtZone()
        faults.sort { $0.place < $1.place }
    }

    /// Each on a line of its own, so many at most.
    static let most = 20

    /// What is wrong, as lines; none if nothing is.
    var lines: [String] {
        let shown = faults.prefix(Self.most).map { line(of: $0).description }
        return faults.count > Self.most ? shown + ["\(path): \(faults.count - Self.most) more"] : shown
    }

    /// Writes a line for everything that is wrong.
    ///
    /// - Throws: `ExitStatus.Reported` if anything is.
    func report() throws {
        guard !faults.isEmpty else { return }
        for line in lines { StandardError.line(line) }
        throw ExitStatus.Reported(kind: .badData)
    }

    func line(of fault: SettingsFault) -> TacitError {
        TacitError.badData("\(path):\(fault.place.line):\(fault.place.column)", fault.words)
    }

    mutating func refuse(_ place: SettingsPlace, _ words: String) { faults.append(SettingsFault(place, words)) }

    /// What `body` gives; nil where it fails, of which `record` makes a fault of the file.
    ///
    /// - Throws: what `body` throws that is no fault of the file's: what the machine could not do, as to find memory for
    ///   a model, has a status of its own.
    mutating func attempt<R>(
        _ body: () throws -> R, orElse record: (inout SettingsCheck, TacitError) -> Void
    ) throws -> R? {
        do {
            return try body()
        } catch let error as TacitError where error.kind != .inputOutput {
            record(&self, error.advised)
            return nil
        }
    }

    // MARK: Inputs

    private mutating func plan(_ input: Settings.Input) throws -> InputPlan? {
        let before = faults.count
        let names = input.to.isEmpty ? settings.sinks.map(\.name) : input.to
        let places = names.map { name in wanted[name.text].map { ($0, name) } }
        guard let (sense, model) = try open(input) else { return nil }
        guard let options = parse(input, sense) else { return nil }
        var sinks = places.compactMap { $0?.0 }
        if settings.sinks.isEmpty, !settings.lacksSinks {
            sinks = (try? SinkTable.parse([]).map { ConfiguredSink($0, SinkSettings()) }) ?? []
        }
        let areKnown = !settings.lacksSinks && !input.unread.contains("to") && places.allSatisfy { $0 != nil }
        checkTogether(input, options, areKnown ? sinks : nil, names)
        try checkProgram(input)
        let takesCorrections = sinks.contains(where: \.takesCorrections)
        guard var taught = try teach(model, input, options, takesCorrections: takesCorrections) else { return nil }
        leaveToGroups(&taught, input, options)
        labels? += taught.description.labels
        checkGroups(taught.description.labels, own: model.description.labels)
        try checkSelection(input, options, taught.description.labels)
        checkThresholds(input, options, taught)
        guard faults.count == before else { return nil }
        note(input, model, taught)
        let plan = InputPlan(
            name: input.name.text, device: devices[input.name.text] ?? Slug.make(input.name.text),
            identity: InputPlan.Identity(
                sense: sense, model: input.model?.text, entries: input.entries, names: taught.description.labels,
                labels: terms(taught.description.labels, options), quiet: settings.quiet.times + input.quiet.times,
                sinks: sinks),
            to: names.map(\.text),
            model: InputPlan.Model(
                path: taught.path, labels: taught.description.labels.count, learned: taught.learned?.labels.count ?? 0),
            source: source(input, sense), isLive: input.entry("input") == nil)
        let parts = try attempt {
            try options.parts(input.model?.text, plan.terms(Process.stop), isTaught: takesCorrections, mayWrite: false)
        } orElse: { check, error in
            check.refuse(error.reason, values: input.entries, otherwise: input.name.place)
        }
        return parts == nil ? nil : plan
    }

    /// The model, and the sense that it gives the input.
    private mutating func open(_ input: Settings.Input) throws -> (Settings.Sense, LoadedModel)? {
        // Which model is meant is not known.
        guard !input.unread.contains("model"), input.model != nil || !input.unread.contains("sense") else {
            labels = nil
            return nil
        }
        return try attempt {
            try Self.opened(input)
        } orElse: { check, error in
            check.labels = nil
            check.refuse(input.model?.place ?? input.name.place, "model: \(error.description)")
        }
    }

    private static func opened(_ input: Settings.Input) throws -> (Settings.Sense, LoadedModel) {
        let name = input.sense == .pictures ? ModelFileName.image : ModelFileName.sound
        let model = try LoadedModel(path: ModelLookup.path(input.model?.text, default: name))
        try model.requireLabels()
        let sense: Settings.Sense
        switch model.description.input.sense {
        case .sound: sense = .sound
        case .pictures: sense = .pictures
        case .tokens:
            throw TacitError.badData(model.path, at: "input", "the model takes tokens, which no input gives")
        }
        if let wished = input.sense, wished != sense {
            throw TacitError.badData(
                model.path, at: "input",
                "the model takes \(sense.rawValue), and the input's sense is \(wished.rawValue)")
        }
        return (sense, model)
    }

    /// The options that an input's keys are, and what is wrong with them.
    private mutating func parse(_ input: Settings.Input, _ sense: Settings.Sense) -> (any StreamOptions)? {
        let (others, name) =
            switch sense {
            case .sound: (SettingsKey.pictures, "pictures")
            case .pictures: (SettingsKey.sound, "sound")
            }
        // What could not be read has been told.
        var left = input.unread
        for entry in input.entries where others.contains(where: { $0.name == entry.name }) {
            refuse(entry.place, "\(entry.name): is for \(name), and the model takes \(sense.rawValue)")
            left.insert(entry.name)
        }
        return parse(input.entries, without: left, otherwise: input.name.place) {
            try InputPlan.options(sense, $0.flatMap(\.arguments))
        } saying: {
            InputPlan.message(for: $0, sense)
        }
    }

    /// What the parser of the command line makes of a table's keys, and all that is wrong with them.
    ///
    /// It says one thing at a time: the key that it names is left out, and it is asked again.
    ///
    /// - Parameters:
    ///   - left: keys that are left out from the first, of which it has been told what is wrong.
    ///   - place: of what no key is to blame for.
    ///   - texts: of the file beside the keys' that it may quote.
    /// - Returns: nil where it finds a fault that no key is to blame for.
    mutating func parse<Options>(
        _ entries: [Settings.Entry], without left: Set<String>, otherwise place: SettingsPlace,
        quoting texts: [String] = [],
        _ body: ([Settings.Entry]) throws -> Options, saying message: (any Error) -> String
    ) -> Options? {
        var left = left
        var entries = entries
        while true {
            entries.removeAll { left.contains($0.name) }
            do {
                return try body(entries)
            } catch {
                let words = FlagWords(message(error), quoted: texts + entries.flatMap(\.values))
                let named = words.named(among: entries)
                // What is said because of what was left out is no fault of the file.
                if left.isDisjoint(with: words.names) { refuse(named?.place ?? place, words.plain) }
                guard let named else { return nil }
                left.insert(named.name)
            }
        }
    }

    private mutating func teach(
        _ model: LoadedModel, _ input: Settings.Input, _ options: any StreamOptions, takesCorrections: Bool
    ) throws -> LoadedModel? {
        // What was taught is not known.
        if input.unread.contains("labels") { labels = nil }
        guard let file = options.learned.path else { return model }
        return try attempt {
            try Self.taught(model, by: file, takesCorrections: takesCorrections)
        } orElse: { check, error in
            check.labels = nil
            check.refuse(input.entry("labels")?.place ?? input.name.place, "labels: \(error.description)")
        }
    }

    private static func taught(
        _ model: LoadedModel, by file: String, takesCorrections: Bool
    ) throws -> LoadedModel {
        // A file that people will fill is made when the input begins.
        if takesCorrections, try LabelsFile.read(file) == nil { return model }
        let earlier = try ModelLookup.earlier(model.path, taughtBy: file).map { try LoadedModel(path: $0) }
        return try (earlier ?? model).taught(by: file)
    }

    private func source(_ input: Settings.Input, _ sense: Settings.Sense) -> String {
        for key in ["command", "input", "device"] {
            if let value = input.entry(key)?.values.first { return StandardInput.shownName(value) }
        }
        return sense == .sound ? "default" : "the first camera"
    }

    // MARK: Words of the command line

    /// A fault in the words of the command line, at the key that they name.
    mutating func refuse(_ words: String, _ entries: [Settings.Entry], otherwise place: SettingsPlace) {
        let flags = FlagWords(words, quoted: entries.flatMap(\.values))
        refuse(flags.named(among: entries)?.place ?? place, flags.plain)
    }

    /// The same of a fault that may name a key's value instead of the key, as those do who know of no command line.
    private mutating func refuse(_ words: String, values entries: [Settings.Entry], otherwise place: SettingsPlace) {
        let parts = words.utf8.split(separator: UInt8(ascii: "\""))
        let quoted = entries.first { entry in
            entry.values.contains { value in parts.contains { $0.elementsEqual(value.utf8) } }
        }
        guard FlagWords(words, quoted: entries.flatMap(\.values)).names.isEmpty, let quoted else {
            return refuse(words, entries, otherwise: place)
        }
        refuse(quoted.place, "\(quoted.name): \(words)")
    }
}
