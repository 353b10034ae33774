import TacitDiagnostics
import TacitLabelling
import TacitLearning
import TacitMedia
import TacitModelFile

/// Makes examples of sounds, as one model understands them.
final class SoundExamples {
    /// Windows that a sound's clip has at most.
    private static let windows = 3
    /// The most pieces of a background.
    private static let pieces = 8
    /// The most seconds of a file that are looked through, and of a clip that was kept.
    private static let longest = LearningLimits.clipSeconds
    /// The most windows of a long clip that count.
    private static let rowsOfClip = 12
    /// The most windows of a long clip that are read out.
    private static let mostRows = 100

    private let points: PointReader
    private let labeller: SoundLabeller
    /// Reads out the last stretch, of a model that has one.
    private let near: SoundLabeller?
    private let keepsClips: Bool

    /// - Parameters:
    ///   - model: one of sounds.
    ///   - engine: threads and instruction set.
    ///   - keepsClips: whether an example keeps what it was made of.
    /// - Throws: `TacitError` as the engine does.
    init(_ model: LoadedModel, engine: EngineSettings, keepsClips: Bool) throws {
        self.keepsClips = keepsClips
        let description = model.model.description
        let plan = try model.plan(hop: nil)
        points = try PointReader(model, engine: engine, contexts: plan.contexts, rows: plan.rows)
        labeller = try SoundLabeller(
            description, plan: plan, ending: .lastWindow, model: points.session, instructionSet: engine.instructionSet)
        let stretch = description.learning?.stretch ?? 0
        near =
            stretch > 0
            ? try SoundLabeller(
                description, plan: WindowPlan(description, stretch: stretch), ending: .lastWindow,
                model: points.session,
                instructionSet: engine.instructionSet) : nil
    }

    var samplesPerWindow: Int { labeller.geometry.samplesPerWindow }
    /// Hertz of the samples that the model takes.
    var sampleRate: Int { labeller.geometry.sampleRate }
    /// The most samples that are looked through.
    private var mostSamples: Int { Int(Self.longest * Double(sampleRate)) }
    /// The most samples of a clip, which must be read again: a model's windows may be of any length.
    private var clipLength: Int { min(Self.windows * samplesPerWindow, mostSamples) }

    // MARK: Samples

    /// The first ten minutes of a source, of a longer background pieces of all of it, one behind the other.
    ///
    /// - Throws: `TacitError` as the source does; bad data where there is none.
    func material(of source: any SampleSource, isBackground: Bool) throws -> TeachingMaterial {
        let most = mostSamples
        var samples = try source.samples(atMost: most)
        guard !samples.isEmpty else { throw TacitError(.badData, "no samples in it") }
        let more = samples.count < most ? [] : try source.samples(atMost: 1)
        if isBackground, !more.isEmpty { samples = try pieces(of: samples + more, source) }
        return .sound(
            samples, sampleRate: sampleRate, damage: source.damage, leftOut: !isBackground && !more.isEmpty)
    }

    /// Of a background that goes on behind `samples` as many pieces as one has, each of their length, joined.
    private func pieces(of samples: [Float], _ source: any SampleSource) throws -> [Float] {
        var pieces = SpacedPieces(length: clipLength, wanted: Self.pieces)
        pieces.add(samples)
        while case let more = try source.samples(atMost: 1 << 16), !more.isEmpty { pieces.add(more) }
        let chosen = pieces.chosen
        // A window may be longer than all of it.
        return chosen.isEmpty ? samples : chosen.flatMap { $0 }
    }

    // MARK: Examples

    /// Of a long recording its loudest part.
    func example(of samples: [Float], background: [Example], isTrimmed: Bool = false) -> Example {
        let range = LoudestStretch.range(
            in: samples, sampleRate: sampleRate, limit: clipLength, isTrimmed: isTrimmed)
        return example(ofClip: samples[range].map(Self.sample), background: background)
    }

    /// All of a short recording, of a long one pieces from its beginning to its end.
    func backgrounds(of samples: [Float]) -> [Example] {
        let length = min(clipLength, samples.count)
        guard length > 0 else { return [] }
        let count = min((samples.count - 1) / length + 1, Self.pieces)
        return (0..<count).map { index in
            let start = count > 1 ? index * (samples.count - length) / (count - 1) : 0
            return example(
                ofClip: samples[start..<start + length].map(Self.sample), background: [], isBackground: true)
        }
    }

    /// A clip that was kept, at whatever rate.
    ///
    /// - Throws: `TacitError` for a rate that there is no way from.
    func example(
        ofClip clip: [Int16], at rate: Int, background: [Example], isBackground: Bool
    ) throws -> Example {
        guard rate != sampleRate else {
            return example(ofClip: clip, background: background, isBackground: isBackground)
        }
        let source = try SoundSources.resample(ClipSource(clip, sampleRate: rate), to: sampleRate)
        let samples = Array(try source.samples(atMost: mostSamples).prefix(mostSamples))
        // Examples are mixed with it, at this rate.
        if isBackground { return example(ofClip: samples.map(Self.sample), background: [], isBackground: true) }
        var renewed = example(of: samples, background: background)
        // Another model may hear more of it than this one does.
        if renewed.clip != nil { renewed.clip = .sound(samples: clip, sampleRate: rate) }
        return renewed
    }

    /// The nearest 16-bit sample.
    private static func sample(_ value: Float) -> Int16 {
        Int16(max(-32768, min(32767, (value * 32768).rounded())))
    }

    private func example(ofClip clip: [Int16], background: [Example], isBackground: Bool = false) -> Example {
        let all = clip.map { Float($0) / 32768 }
        let window = samplesPerWindow
        points.said.forget()
        let windows = self.rows(of: all)
        let heard = isBackground ? points.said.labels : []
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
            rows: rows, parts: parts, clip: keepsClips ? .sound(samples: clip, sampleRate: sampleRate) : nil,
            said: heard
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
    private func rows(of samples: [Float]) -> [Float] { rows(of: samples, by: labeller) }

    /// One a window of the labeller's, of more than a hundred some of them.
    private func rows(of samples: [Float], by labeller: SoundLabeller) -> [Float] {
        var rows: [Float] = []
        let (last, hop) = (labeller.plan.window, labeller.plan.hopSamples)
        // A model's hop may be a single sample.
        let step = max(1, samples.count / hop / Self.mostRows)
        var number = 0
        func take(_ reading: Reading) {
            // What the model's own labels score is of a window.
            if labeller === self.labeller { points.said.note(reading) }
            number += 1
            guard (number - 1) % step == 0 else { return }
            // One window follows another in one context: see the plan without a hop.
            rows += points.read(last: last)
        }
        labeller.reset()
        samples.withUnsafeBufferPointer { labeller.push($0, take) }
        labeller.finish(take)
        return rows
    }

    /// The mean of many rows, of length 1: the clip as it is labelled as a whole. Nothing of a single one.
    private func whole(_ rows: [Float]) -> [Float] {
        let width = points.width
        let count = rows.count / width
        guard count > 1 else { return [] }
        var mean = [Double](repeating: 0, count: width)
        for (index, value) in rows.enumerated() { mean[index % width] += Double(value) }
        let length = mean.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return length > 0 ? mean.map { Float($0 / length) } : []
    }

    /// Of many rows some, evenly.
    private func thinned(_ rows: [Float]) -> [Float] {
        let width = points.width
        let count = rows.count / width
        guard count > Self.rowsOfClip else { return rows }
        return (0..<Self.rowsOfClip).flatMap { index in
            let row = index * (count - 1) / (Self.rowsOfClip - 1)
            return rows[row * width..<(row + 1) * width]
        }
    }
}
