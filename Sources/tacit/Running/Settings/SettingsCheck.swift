import ArgumentParser
import TacitConsole
import TacitDiagnostics
import TacitLabelling
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
    private(set) var inputs: [InputPlan] = []
    private(set) var sinks: [(name: String, address: String)] = []
    private(set) var faults: [SettingsFault] = []

    private var settings = Settings()
    private var wanted: [String: ConfiguredSink] = [:]
    /// What inputs are in topics, by name: in the file's order, not in that in which they begin.
    private var devices: [String: String] = [:]
    /// Labels of all models that could be opened; nil where one could not.
    private var labels: [String]? = []

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
            if let plan = plan(input) { inputs.append(plan) }
            if let trouble { throw trouble }
        }
        checkPages()
        checkLabels()
        faults.sort { $0.place < $1.place }
    }

    /// What the machine could not do, as to find memory for a model: no fault of the file's, and its status is another.
    private var trouble: TacitError?

    /// Each on a line of its own, so many at most.
    static let most = 20

    /// What is wrong, as lines; none if nothing is.
    var lines: [String] {
        let shown = faults.prefix(Self.most).map { line(of: $0).description }
        return faults.count > Self.most ? shown + ["\(path): \(faults.count - Self.most) more"] : shown
    }

    func line(of fault: SettingsFault) -> TacitError {
        TacitError.badData("\(path):\(fault.place.line):\(fault.place.column)", fault.words)
    }

    private mutating func refuse(_ place: SettingsPlace, _ words: String) { faults.append(SettingsFault(place, words)) }

    // MARK: Sinks

    private mutating func check(_ sink: Settings.Sink) {
        // Teaching by messages wants more than this sink: that is looked at with the inputs.
        let entries = sink.entries.filter { $0.name != "json" && $0.name != "mqtt-commands" }
        let arguments = ["--to=\(sink.address.text)"] + entries.flatMap(\.arguments)
        do {
            let options = try SinkOptions.parse(arguments)
            var settings = options.settings
            let request = try options.requests[0]
            settings.isJSON = sink.entry("json").map { !$0.values.isEmpty } ?? false
            if let json = sink.entry("json"), !request.has(.json) {
                refuse(json.place, "json: goes with to = \"stdout\"")
            }
            if let commands = sink.entry("mqtt-commands"), !commands.values.isEmpty {
                settings.mqtt.takesCommands = true
                if !request.has(.broker) {
                    refuse(commands.place, "mqtt-commands: goes with to = \"mqtt://HOST\"")
                }
            }
            if wanted[sink.name.text] == nil { wanted[sink.name.text] = ConfiguredSink(request, settings) }
        } catch {
            refuse(SinkOptions.message(for: error), sink.entries, otherwise: sink.address.place)
        }
    }

    /// Two sinks of one address would write over one another, or have one another's settings.
    private mutating func checkPlaces() {
        var seen: [(sink: Settings.Sink, request: SinkRequest)] = []
        for sink in settings.sinks {
            guard let request = wanted[sink.name.text]?.request else { continue }
            if let first = seen.first(where: { $0.request.leads(where: request) })?.sink {
                refuse(sink.address.place, "to: leads where '\(first.name.text)' does: name that one in the inputs")
            } else {
                seen.append((sink, request))
            }
        }
    }

    /// A page shows one input.
    private mutating func checkPages() {
        for sink in settings.sinks where wanted[sink.name.text]?.request.has(.page) == true {
            let told = settings.inputs.compactMap { input -> (String, SettingsPlace)? in
                if input.to.isEmpty { return (input.name.text, input.name.place) }
                return input.to.first { $0.text == sink.name.text }.map { (input.name.text, $0.place) }
            }
            for (_, place) in told.dropFirst() {
                refuse(
                    place,
                    "to: the page '\(sink.name.text)' shows '\(told[0].0)' already: each input wants a page of its own, on "
                        + "another port")
            }
        }
    }

    // MARK: Inputs

    private mutating func plan(_ input: Settings.Input) -> InputPlan? {
        let before = faults.count
        let names = input.to.isEmpty ? settings.sinks.map(\.name) : input.to
        let places = names.map { name in wanted[name.text].map { ($0, name) } }
        let arguments = input.entries.flatMap(\.arguments)
        guard let (sense, model) = open(input) else { return nil }
        guard let options = parse(input, sense) else { return nil }
        var sinks = places.compactMap { $0?.0 }
        if settings.sinks.isEmpty {
            sinks = (try? SinkTable.parse([]).map { ConfiguredSink($0, SinkSettings()) }) ?? []
        }
        checkTogether(input, options, sinks, names)
        let takesCorrections = sinks.contains(where: \.takesCorrections)
        guard let taught = teach(model, input, options, takesCorrections: takesCorrections) else { return nil }
        labels? += taught.description.labels
        checkGroups(taught.description.labels)
        checkSelection(input, options, taught.description.labels)
        guard faults.count == before else { return nil }
        let plan = InputPlan(
            name: input.name.text, device: devices[input.name.text] ?? Slug.make(input.name.text),
            identity: InputPlan.Identity(
                sense: sense, model: input.model?.text, arguments: arguments,
                labels: settings.labels.map(LabelTerms.init),
                quiet: settings.quiet + input.quiet, sinks: sinks),
            to: names.map(\.text),
            model: InputPlan.Model(
                path: taught.path, labels: taught.description.labels.count, learned: taught.learned?.labels.count ?? 0),
            source: source(input, sense), isLive: input.entry("input") == nil)
        do {
            _ = try options.parts(
                input.model?.text, plan.terms(Process.stop), isTaught: takesCorrections, mayWrite: false)
        } catch let error as TacitError {
            if error.kind == .inputOutput { trouble = error }
            refuse(error.reason, values: input.entries, otherwise: input.name.place)
            return nil
        } catch {
            return nil
        }
        return plan
    }

    /// The model, and the sense that it gives the input.
    private mutating func open(_ input: Settings.Input) -> (Settings.Sense, LoadedModel)? {
        do {
            let name = input.sense == .pictures ? ModelLookup.image : ModelLookup.sound
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
        } catch let error as TacitError {
            if error.kind == .inputOutput { trouble = error }
            labels = nil
            refuse(input.model?.place ?? input.name.place, "model: \(error.description)")
        } catch {
            preconditionFailure("models throw errors of their own")
        }
        return nil
    }

    /// The options that an input's keys are, and what is wrong with them.
    ///
    /// The parser of the command line says one thing at a time: the key that it names is left out, and it is asked again.
    private mutating func parse(_ input: Settings.Input, _ sense: Settings.Sense) -> (any StreamOptions)? {
        let (others, name) =
            switch sense {
            case .sound: (SettingsKey.pictures, "pictures")
            case .pictures: (SettingsKey.sound, "sound")
            }
        var entries = input.entries
        var left: Set<String> = []
        for entry in entries where others.contains(where: { $0.name == entry.name }) {
            refuse(entry.place, "\(entry.name): is for \(name), and the model takes \(sense.rawValue)")
            left.insert(entry.name)
        }
        while true {
            entries.removeAll { left.contains($0.name) }
            do {
                return try InputPlan.options(sense, entries.flatMap(\.arguments))
            } catch {
                let words = FlagWords(Listen.message(for: error))
                let named = words.named(among: entries)
                // What is said because of what was left out is no fault of the file.
                if left.isDisjoint(with: words.names) { refuse(named?.place ?? input.name.place, words.plain) }
                guard let named else { return nil }
                left.insert(named.name)
            }
        }
    }

    /// What goes only with something else of the file.
    private mutating func checkTogether(
        _ input: Settings.Input, _ options: any StreamOptions, _ sinks: [ConfiguredSink], _ names: [Settings.Name]
    ) {
        if let fault = options.events.settings().fault {
            let key = fault.field.map { $0 == "_" ? "-" : String($0) }.joined()
            refuse(input.entry(key)?.place ?? input.name.place, "\(key): \(fault.reason)")
        }
        if let command = sinks.first(where: \.settings.mqtt.takesCommands) {
            let name = names.first { wanted[$0.text] == command }
            let place = input.to.isEmpty ? input.name.place : name?.place ?? input.name.place
            if input.entry("labels") == nil {
                refuse(place, "to: '\(name?.text ?? "")' takes commands, which teach labels: the input needs labels")
            }
            if !sinks.contains(where: { $0.request.has(.clips) }) {
                refuse(
                    place,
                    "to: '\(name?.text ?? "")' takes commands, which teach by clips: a sink of clips must be named as well"
                )
            }
        }
        for kind in SinkTable.kinds {
            guard let only = kind.only, sinks.count(where: { $0.request.name == kind.name }) > 1 else { continue }
            refuse(input.to.first?.place ?? input.name.place, "to: one \(only) is all that an input may have")
        }
    }

    private mutating func teach(
        _ model: LoadedModel, _ input: Settings.Input, _ options: any StreamOptions, takesCorrections: Bool
    ) -> LoadedModel? {
        guard let file = options.learned.path else { return model }
        do {
            // A file that people will fill is made when the input begins.
            if takesCorrections, try LabelsFile.read(file) == nil { return model }
            let earlier = try ModelLookup.earlier(model.path, taughtBy: file).map { try LoadedModel(path: $0) }
            return try (earlier ?? model).taught(by: file)
        } catch let error as TacitError {
            if error.kind == .inputOutput { trouble = error }
            labels = nil
            refuse(input.entry("labels")?.place ?? input.name.place, "labels: \(error.description)")
        } catch {
            preconditionFailure("files of labels throw errors of their own")
        }
        return nil
    }

    private mutating func checkSelection(_ input: Settings.Input, _ options: any StreamOptions, _ names: [String]) {
        for (key, texts) in [("only", options.events.only), ("except", options.events.except)] {
            for text in texts {
                do {
                    // As what is wanted, so that no label is left out too many.
                    _ = try LabelSelection(labels: names, only: [text])
                } catch let error as TacitError {
                    refuse(input.entry(key)?.place ?? input.name.place, "\(key): \(error.reason)")
                } catch {
                    preconditionFailure("a selection throws errors of its own")
                }
            }
        }
    }

    private func source(_ input: Settings.Input, _ sense: Settings.Sense) -> String {
        for key in ["command", "input", "device"] {
            if let value = input.entry(key)?.values.first { return value == "-" ? "standard input" : value }
        }
        return sense == .sound ? "default" : "the first camera"
    }

    // MARK: Labels

    private mutating func checkGroups(_ names: [String]) {
        for label in settings.labels where names.contains(label.name.text) {
            guard let group = label.group, names.contains(group.text) else { continue }
            let fault = SettingsFault(
                group.place, "group: '\(group.text)' is a label of the model: a group wants a name of its own")
            // Once, however many inputs have the model.
            if !faults.contains(fault) { faults.append(fault) }
        }
    }

    private mutating func checkLabels() {
        guard let labels, !settings.inputs.isEmpty else { return }
        for label in settings.labels {
            // Of a name that can't be one that has been said.
            if !labels.contains(label.name.text), !faults.contains(where: { $0.place == label.name.place }) {
                let hint = SpellingHint.hint(label.name.text, among: labels)
                // Labels that are taught come and go; one that isn't there is no mistake, unless it looks like one.
                if hint.isEmpty, settings.inputs.contains(where: { $0.entry("labels") != nil }) { continue }
                refuse(label.name.place, "label: no input's model has a label '\(label.name.text)'\(hint)")
            }
        }
    }

    // MARK: Words of the command line

    /// A fault in the words of the command line, at the key that they name.
    private mutating func refuse(_ words: String, _ entries: [Settings.Entry], otherwise place: SettingsPlace) {
        let flags = FlagWords(words)
        refuse(flags.named(among: entries)?.place ?? place, flags.plain)
    }

    /// The same of a fault that may name a key's value instead of the key, as those do who know of no command line.
    private mutating func refuse(_ words: String, values entries: [Settings.Entry], otherwise place: SettingsPlace) {
        let parts = words.utf8.split(separator: UInt8(ascii: "\""))
        let quoted = entries.first { entry in
            entry.values.contains { value in parts.contains { $0.elementsEqual(value.utf8) } }
        }
        guard FlagWords(words).names.isEmpty, let quoted else { return refuse(words, entries, otherwise: place) }
        refuse(quoted.place, "\(quoted.name): \(words)")
    }
}

extension LabelTerms {
    init(_ label: Settings.Label) {
        self.init(
            name: label.name.text, threshold: label.threshold, onAfter: label.onAfter, offAfter: label.offAfter,
            group: label.group?.text, quiet: label.quiet)
    }
}
