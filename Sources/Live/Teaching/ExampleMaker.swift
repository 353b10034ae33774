import TacitDiagnostics
import TacitEngine
import TacitFrontEnd
import TacitLabelling
import TacitLearning
import TacitMedia
import TacitModelFile

/// Makes examples of sounds and pictures, as one model understands them.
package final class ExampleMaker {
    /// Windows that a sound's clip has at most.
    private static let windows = 3
    /// The most pieces of a background.
    private static let pieces = 8
    /// The most seconds of a file that are looked through.
    private static let longest = 600.0
    /// The most windows of a long clip that count.
    private static let rowsOfClip = 12
    /// The most windows of a long clip that are read out.
    private static let mostRows = 100

    /// A background is said to be what it has this part of a label's threshold as: scores come and go, and an event that
    /// is on stays on well below its threshold.
    private static let saidFrom: Float = 0.5

    private let model: LoadedModel
    private let session: Session
    private let sound: SoundLabeller?
    /// Reads out the last stretch, of a model that has one.
    private let near: SoundLabeller?
    private let pictures: (labeller: ImageLabeller, reader: PictureFileReader)?
    private let keepsClips: Bool
    private var point: [Float]
    /// The largest score of each of the model's own labels since `forgetScores`.
    private var scores: [Float]

    /// - Parameters:
    ///   - model: to teach labels to; labels that were taught already don't count.
    ///   - engine: threads and instruction set.
    ///   - keepsClips: whether an example keeps what it was made of.
    /// - Throws: `TacitError` for a model of tokens.
    package init(_ model: LoadedModel, engine: EngineSettings, keepsClips: Bool) throws {
        self.model = model
        self.keepsClips = keepsClips
        let description = model.model.description
        guard description.learningWidth <= LearningLimits.width else {
            throw TacitError.badData(
                model.path, at: "learning.width",
                "labels are learned by \(description.learningWidth) elements, expected at most \(LearningLimits.width)")
        }
        point = [Float](repeating: 0, count: description.learningWidth)
        scores = [Float](repeating: 0, count: description.labels.count)
        switch description.input.sense {
        case .sound:
            let plan = try model.plan(hop: nil)
            session = try model.session(
                contexts: plan.contexts, rows: plan.rows, threads: engine.threads,
                instructionSet: engine.instructionSet, learns: true)
            sound = try SoundLabeller(
                description, plan: plan, ending: .lastWindow, model: session, instructionSet: engine.instructionSet)
            let stretch = description.learning?.stretch ?? 0
            near =
                stretch > 0
                ? try SoundLabeller(
                    description, plan: WindowPlan(description, stretch: stretch), ending: .lastWindow, model: session,
                    instructionSet: engine.instructionSet) : nil
            pictures = nil
        case .pictures:
            session = try model.session(
                contexts: 1, rows: description.rowsAtOnce, threads: engine.threads,
                instructionSet: engine.instructionSet, learns: true)
            (sound, near) = (nil, nil)
            pictures = (try ImageLabeller(description, model: session), try PictureFileReader())
        case .tokens:
            throw TacitError.badData(model.path, at: "input", "a model of tokens learns no labels")
        }
    }

    /// What the model takes.
    package var input: InputDescription { model.description.input }

    // MARK: Sounds

    /// Samples of one window.
    package var samplesPerWindow: Int { sound?.geometry.samplesPerWindow ?? 0 }
    /// Hertz of the samples that the model takes; 0 for pictures.
    package var sampleRate: Int { sound?.geometry.sampleRate ?? 0 }

    /// A file, of the model's sense: of a long sound its loudest part, of a few windows; of a background pieces of all of
    /// it.
    ///
    /// - Parameters:
    ///   - path: of the file.
    ///   - background: what the place sounds like, to mix with.
    ///   - isBackground: whether the file is of the place itself, when nothing happens.
    /// - Throws: `TacitError` naming the file.
    package func examples(of path: String, background: [Example], isBackground: Bool = false) throws -> [Example] {
        examples(
            of: try material(of: path, isBackground: isBackground), background: background, isBackground: isBackground)
    }

    /// The same of what has been read.
    package func examples(
        of material: TeachingMaterial, background: [Example], isBackground: Bool = false
    ) -> [Example] {
        switch material {
        case .picture(let view): [example(of: view, isBackground: isBackground)]
        case .sound(let samples, _, _, _):
            isBackground ? backgrounds(of: samples) : [example(of: samples, background: background)]
        }
    }

    /// What a file holds: of a sound its first ten minutes, of a longer background pieces of all of it, one behind the other.
    ///
    /// - Throws: `TacitError` naming the file.
    package func material(of path: String, isBackground: Bool = false) throws -> TeachingMaterial {
        if let pictures {
            try pictures.reader.read(path)
            return .picture(PixelView(pictures.reader.frame))
        }
        do {
            let source = try SoundSources.open(path: path, sampleRate: sampleRate)
            let most = Int(Self.longest * Double(sampleRate))
            var samples = try Self.samples(of: source, atMost: most)
            guard !samples.isEmpty else { throw TacitError(.badData, "no samples in it") }
            let more = samples.count < most ? [] : try Self.samples(of: source, atMost: 1)
            if isBackground, !more.isEmpty { samples = try pieces(of: samples + more, source) }
            return .sound(
                samples, sampleRate: sampleRate, damage: source.damage, leftOut: !isBackground && !more.isEmpty)
        } catch let error as TacitError {
            throw error.inFile(path)
        }
    }

    /// Of a background that goes on behind `samples` as many pieces as one has, each of their length, joined.
    private func pieces(of samples: [Float], _ source: any SampleSource) throws -> [Float] {
        var pieces = SpacedPieces(length: Self.windows * samplesPerWindow, wanted: Self.pieces)
        pieces.add(samples)
        while case let more = try Self.samples(of: source, atMost: 1 << 16), !more.isEmpty { pieces.add(more) }
        let chosen = pieces.chosen
        // A window may be longer than all of it.
        return chosen.isEmpty ? samples : chosen.flatMap { $0 }
    }

    /// Reads a source to its end, or so far.
    package static func samples(of source: any SampleSource, atMost most: Int) throws -> [Float] {
        var samples: [Float] = []
        try withUnsafeTemporaryAllocation(of: Float.self, capacity: 4096) { buffer in
            buffer.initialize(repeating: 0)
            reading: while samples.count < most {
                switch try source.read(into: buffer) {
                case .samples(let count): samples += buffer[..<count]
                case .gap: continue
                case .end: break reading
                }
            }
        }
        return samples
    }

    /// Samples at the model's rate, -1...1, mono; of a long recording its loudest part.
    package func example(of samples: [Float], background: [Example], isTrimmed: Bool = false) -> Example {
        let limit = Self.windows * samplesPerWindow
        let range = LoudestStretch.range(
            in: samples, sampleRate: sampleRate, limit: limit, isTrimmed: isTrimmed)
        return example(ofClip: samples[range].map(Self.sample), background: background)
    }

    /// What the place sounds like: all of a short recording, of a long one pieces from its beginning to its end, each of
    /// a few windows. What is quiet in them counts too.
    package func backgrounds(of samples: [Float]) -> [Example] {
        let length = min(Self.windows * samplesPerWindow, samples.count)
        guard length > 0 else { return [] }
        let count = min((samples.count - 1) / length + 1, Self.pieces)
        return (0..<count).map { index in
            let start = count > 1 ? index * (samples.count - length) / (count - 1) : 0
            return example(
                ofClip: samples[start..<start + length].map(Self.sample), background: [], isBackground: true)
        }
    }

    /// The nearest 16-bit sample.
    private static func sample(_ value: Float) -> Int16 {
        Int16(max(-32768, min(32767, (value * 32768).rounded())))
    }

    private func example(ofClip clip: [Int16], background: [Example], isBackground: Bool = false) -> Example {
        let all = clip.map { Float($0) / 32768 }
        let window = samplesPerWindow
        forgetScores()
        let windows = self.rows(of: all)
        let said = isBackground ? saidLabels : []
        let samples = isBackground ? all : loud(all)
        var rows: [Float]
        if samples.count < all.count {
            // What is quiet around it is no example of it. As a whole the clip is labelled with that, though, so as a whole
            // it counts too, as much as two windows.
            let louder = self.rows(of: samples)
            rows = thinned(louder) + whole(louder) + whole(windows) + whole(windows)
        } else {
            rows = thinned(windows) + whole(windows)
        }
        let beds = background.compactMap { example -> [Int16]? in
            if case .sound(let samples, self.sampleRate)? = example.clip, !samples.isEmpty { samples } else { nil }
        }
        rows += SoundCopies.moved(samples, window: window, beds: beds).flatMap(self.rows)
        var parts: [Float] = []
        if !isBackground, !beds.isEmpty, SoundCopies.areWords(inWindow: window, sampleRate: sampleRate) {
            // It will be listened for in a stream, where noise is around it and where windows hold a part of it, or of
            // another word that shares one.
            let sound = withoutEnds(samples)
            rows += SoundCopies.inNoise(sound, window: window, sampleRate: sampleRate, beds: beds).flatMap(self.rows)
            parts = SoundCopies.parts(of: sound, window: window).flatMap(self.rows)
        }
        if let near {
            // What is shorter than a window is heard for itself, without what surrounds it, and in the place's noise.
            let alone = isBackground ? all : withoutEnds(all)
            rows += thinned(self.rows(of: alone, by: near))
            let length = near.geometry.endOfPatch(near.plan.window - 1)
            rows += SoundCopies.inNoise(alone, window: length, sampleRate: sampleRate, beds: isBackground ? [] : beds)
                .flatMap { self.rows(of: $0, by: near) }
        }
        return Example(
            rows: rows, parts: parts, clip: keepsClips ? .sound(samples: clip, sampleRate: sampleRate) : nil, said: said
        )
    }

    /// Of a clip of one and a half windows or more, without what is quiet before and behind.
    private func loud(_ samples: [Float]) -> [Float] {
        2 * samples.count >= 3 * samplesPerWindow ? withoutEnds(samples) : samples
    }

    private func withoutEnds(_ samples: [Float]) -> [Float] {
        Array(samples[LoudestStretch.withoutEnds(of: samples, sampleRate: sampleRate)])
    }

    /// One a window.
    private func rows(of samples: [Float]) -> [Float] { sound.map { rows(of: samples, by: $0) } ?? [] }

    /// One a window of the labeller's, of more than a hundred some of them.
    private func rows(of samples: [Float], by labeller: SoundLabeller) -> [Float] {
        var rows: [Float] = []
        let (last, hop) = (labeller.plan.window, labeller.plan.hop * labeller.geometry.samplesPerStride)
        // A model's hop may be a single sample.
        let step = max(1, samples.count / hop / Self.mostRows)
        var number = 0
        func take(_ reading: Reading) {
            // What the model's own labels score is of a window.
            if labeller === sound { note(reading) }
            number += 1
            guard (number - 1) % step == 0 else { return }
            // One window follows another in one context: see the plan without a hop.
            point.withUnsafeMutableBufferPointer { session.readLearning(context: 0, last: last, into: $0) }
            rows += point
        }
        labeller.reset()
        samples.withUnsafeBufferPointer { labeller.push($0, take) }
        labeller.finish(take)
        return rows
    }

    private func forgetScores() { for index in scores.indices { scores[index] = 0 } }

    private func note(_ reading: Reading) {
        for index in scores.indices { scores[index] = max(scores[index], reading.scores[index]) }
    }

    /// Of a tagger, the labels that it says. Where one label is always said, it is no error that it is.
    private var saidLabels: [String] {
        let description = model.model.description
        guard description.task == .multilabel else { return [] }
        return scores.indices
            .filter { scores[$0] > 0 && scores[$0] >= Self.saidFrom * description.thresholds[$0] }
            .map { description.labels[$0] }
    }

    /// The mean of many rows, of length 1: the clip as it is labelled as a whole. Nothing of a single one.
    private func whole(_ rows: [Float]) -> [Float] {
        let width = point.count
        let count = rows.count / width
        guard count > 1 else { return [] }
        var mean = [Double](repeating: 0, count: width)
        for (index, value) in rows.enumerated() { mean[index % width] += Double(value) }
        let length = mean.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return length > 0 ? mean.map { Float($0 / length) } : []
    }

    /// Of many rows some, evenly.
    private func thinned(_ rows: [Float]) -> [Float] {
        let count = rows.count / point.count
        guard count > Self.rowsOfClip else { return rows }
        return (0..<Self.rowsOfClip).flatMap { index in
            let row = index * (count - 1) / (Self.rowsOfClip - 1)
            return rows[row * point.count..<(row + 1) * point.count]
        }
    }

    // MARK: Pictures

    /// A frame.
    package func example(of frame: FrameBuffer, isBackground: Bool = false) -> Example {
        example(of: PixelView(frame), isBackground: isBackground)
    }

    /// A picture of any size.
    package func example(of picture: PixelView, isBackground: Bool = false) -> Example {
        guard let pictures else { return Example(rows: [], clip: nil) }
        forgetScores()
        var rows = row(of: picture)
        let said = isBackground ? saidLabels : []
        let seen = pictures.labeller.seen
        let clip = Self.pixels(of: seen)
        for copy in PictureCopies.all(clip, width: seen.width, height: seen.height, channels: seen.channels) {
            copy.withUnsafeBufferPointer { pixels in
                guard let base = pixels.baseAddress else { return }
                rows += row(
                    of: PixelView(pixels: base, width: seen.width, height: seen.height, channels: seen.channels))
            }
        }
        return Example(
            rows: rows,
            clip: keepsClips
                ? .picture(pixels: clip, width: seen.width, height: seen.height, channels: seen.channels) : nil,
            said: said)
    }

    private func row(of picture: PixelView) -> [Float] {
        pictures?.labeller.label(picture, note)
        point.withUnsafeMutableBufferPointer { session.readLearning(context: 0, into: $0) }
        return point
    }

    private static func pixels(of view: PixelView) -> [UInt8] {
        (0..<view.height).flatMap { row in
            Array(
                UnsafeBufferPointer(
                    start: view.pixels + row * view.bytesPerRow, count: view.width * view.channels))
        }
    }

    // MARK: Anew

    /// The same example as this model understands it; nil for one whose clip was not kept, or is of another sense.
    package func renewed(_ example: Example, background: [Example], isBackground: Bool = false) throws -> Example? {
        switch example.clip {
        case .sound(let samples, let rate)? where sound != nil:
            guard rate != sampleRate else {
                return self.example(ofClip: samples, background: background, isBackground: isBackground)
            }
            let source = try SoundSources.resample(
                MemorySource(samples: samples.map { Float($0) / 32768 }, sampleRate: rate), to: sampleRate)
            let samples = try Self.samples(of: source, atMost: .max)
            return isBackground
                ? self.example(ofClip: samples.map(Self.sample), background: [], isBackground: true)
                : self.example(of: samples, background: background)
        case .picture(let pixels, let width, let height, let channels)? where pictures != nil:
            return pixels.withUnsafeBufferPointer { pixels in
                pixels.baseAddress.map {
                    self.example(
                        of: PixelView(pixels: $0, width: width, height: height, channels: channels),
                        isBackground: isBackground)
                }
            }
        default: return nil
        }
    }
}
