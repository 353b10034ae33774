import CTacitInterface
import TacitCore
import TacitDiagnostics
import TacitFrontEnd
import TacitLabelling
import TacitLive

/// What is behind a handle of the C interface.
final class Handle {
    /// The words of the last failure; "" without one.
    private(set) var words = CText("")
    private var loaded: Loaded?
    private var hop: Double?
    private var threads = 1
    private var classifier: Classifier?
    private var teacher: Teacher?
    private var stream: SoundStream?
    private var pictureStream: PictureStream?
    let result = ResultSink()
    let media = HandleMedia()

    /// A model and its labels' names as C has them.
    private struct Loaded {
        let model: Model
        /// The file of learned labels among them.
        let labels: String?
        let names: [CText]
        /// Every name that there has been since the model was loaded, by its bytes: C may hold on to any.
        private let texts: [[UInt8]: CText]

        init(_ model: Model, labels: String? = nil, before: Loaded? = nil) {
            self.model = model
            self.labels = labels
            var texts = before?.texts ?? [:]
            names = model.labels.map { name in
                let bytes = Array(name.utf8)
                let text = texts[bytes] ?? CText(name)
                texts[bytes] = text
                return text
            }
            self.texts = texts
        }
    }

    /// Remembers what came of a call.
    func status(of call: (Handle) throws -> Int32) -> Int32 {
        do {
            let status = try call(self)
            if !words.isEmpty { words = CText("") }
            return status
        } catch let error as TacitError {
            words = CText(error.description)
            return error.kind.exitStatus
        } catch {
            words = CText("\(error)")
            return Int32(TACIT_INPUT_OUTPUT)
        }
    }

    // Models

    func load(_ open: () throws -> Model) throws {
        // Before the next is there, so that a board need not hold two.
        unload()
        take(try open(), labels: nil)
    }

    /// - Parameter labels: the file of the learned labels among the model's own.
    func take(_ model: Model, labels: String?) {
        unload()
        loaded = Loaded(model, labels: labels)
        result.begin(labels: model.labels.count, width: model.width)
    }

    /// What there is for another handle to load: the same weights, and the learned labels as they are now.
    func shared() throws -> (model: Model, labels: String?) {
        (model: try Model(sharing: try model()), labels: loaded?.labels)
    }

    private func unload() {
        endStreams()
        classifier = nil
        teacher = nil
        loaded = nil
        result.begin(labels: 0, width: 0)
    }

    private func requireLoaded() throws -> Loaded {
        guard let loaded else { throw TacitError(.usage, "no model is loaded") }
        return loaded
    }

    func model() throws -> Model { try requireLoaded().model }

    func name(ofLabel index: Int) throws -> UnsafePointer<CChar> {
        let loaded = try requireLoaded()
        guard loaded.names.indices.contains(index) else {
            throw TacitError(.usage, "label \(UInt(bitPattern: index)) of \(loaded.names.count)")
        }
        return loaded.names[index].pointer
    }

    // Learned labels

    func load(labels path: String) throws {
        let loaded = try requireLoaded()
        let isSame = loaded.labels.map { SystemPath.areSame($0, path) } ?? false
        // An empty place is there for the stream's sake alone.
        if isSame, isStreaming || !loaded.model.hasEmptyPlaces, try loaded.model.reloadLabels() { return }
        if isStreaming {
            guard let model = try loaded.model.following(path) else {
                throw TacitError(.usage, "the stream began without learned labels: finish it first")
            }
            classifier = nil
            self.loaded = Loaded(model, labels: path, before: loaded)
            return
        }
        let model = try Model(loaded.model, labels: path)
        endStreams()
        classifier = nil
        self.loaded = Loaded(model, labels: path, before: loaded)
        result.begin(labels: model.labels.count, width: model.width)
    }

    func teach(_ labels: String, _ body: (Teacher) throws -> Void) throws {
        let model = try model()
        if let teacher, SystemPath.areSame(teacher.path, labels) { return try body(teacher) }
        let made = try Teacher(model, labels: labels, threads: threads)
        teacher = made
        try body(made)
    }

    // Files

    func configure(hop: Double, threads: Int) throws {
        guard hop == 0 || WindowPlan.isHop(hop) else {
            throw TacitError(.usage, "a hop of \(hop) seconds, expected 0 to \(Int(WindowPlan.longestHop))")
        }
        let counts = EngineSettings.threadCounts
        guard threads == 0 || counts.contains(threads) else {
            throw TacitError(.usage, "\(threads) threads, expected 0 to \(counts.upperBound)")
        }
        self.hop = hop == 0 ? nil : hop
        self.threads = max(1, threads)
        classifier = nil
        teacher = nil
    }

    func classify(_ body: (Classifier) throws -> Prediction) throws {
        let model = try model()
        let classifier = try self.classifier ?? Classifier(model, hop: hop, threads: threads)
        self.classifier = classifier
        result.forgetResult()
        media.damage = nil
        let prediction = try body(classifier)
        result.take(prediction)
        if case .sound = model.sense { media.note(prediction.damage) }
    }

    // Streams

    func begin(sampleRate: Int?, settings: StreamSettings) throws {
        endStreams()
        result.forget()
        stream = try SoundStream(try model(), sampleRate: sampleRate, settings: settings)
    }

    func begin(pictureRate: Double, settings: StreamSettings) throws {
        endStreams()
        result.forget()
        pictureStream = try PictureStream(try model(), rate: pictureRate, settings: settings)
    }

    /// Whether there is a stream that is not finished.
    private var isStreaming: Bool { stream?.isFinished == false || pictureStream?.isFinished == false }

    private func endStreams() {
        stream = nil
        pictureStream = nil
    }

    func push(_ samples: UnsafeBufferPointer<Float>, taken: inout Int) throws -> Int32 {
        let stream = try openStream()
        result.forgetNews()
        taken = try stream.push(samples, until: { result.hasNews }, result)
        return newsStatus
    }

    func push(_ picture: PixelView, at seconds: Double?) throws -> Int32 {
        guard let pictureStream else { throw TacitError(.usage, "no stream of pictures has begun") }
        result.forgetNews()
        try pictureStream.push(picture, at: seconds, result)
        return newsStatus
    }

    func skip(_ count: Int) throws {
        if let pictureStream { try pictureStream.skip(pictures: count) } else { try openStream().skip(samples: count) }
    }

    func finish() throws -> Int32 {
        if pictureStream == nil { _ = try openStream() }
        result.forgetNews()
        // What a push told nobody of comes first.
        if result.hasEarlyEvents {
            result.forgetEarlyEvents()
            return Int32(TACIT_EVENTS)
        }
        result.isEnding = true
        defer { result.isEnding = false }
        if let pictureStream {
            try pictureStream.finish(result)
        } else {
            _ = try openStream().finish(until: { result.hasNews }, result)
        }
        return newsStatus
    }

    private var newsStatus: Int32 {
        Int32(result.hasReading ? TACIT_READING : result.hasNews ? TACIT_EVENTS : TACIT_OK)
    }

    private func openStream() throws -> SoundStream {
        guard let stream else {
            throw TacitError(.usage, pictureStream == nil ? "no stream has begun" : "the stream is of pictures")
        }
        return stream
    }
}
