import CTacitAllocationCounter
import Glibc
import TacitEngine
import TacitLabelling
import TacitLearning
import TacitModelFile
import TacitTestSupport
import Testing

/// Learned labels behind a model's own.
@Suite struct TaughtModelTests {
    /// Says what it is told to.
    private final class Told: LearningModel {
        let logits: [Float]
        var point: [Float]
        /// What it says of its last patches, if they are asked for besides, and what it was asked for last.
        var near: [Float]?
        var last: Int?
        var shorter: Int?

        init(logits: [Float], point: [Float]) {
            self.logits = logits
            self.point = point
        }

        var learningWidth: Int { point.count }
        func reset(context: Int) {}
        func push(patches: UnsafePointer<Float>, count: Int, contexts: UnsafeBufferPointer<Int>) {}
        func readEmbedding(context: Int, into embedding: UnsafeMutableBufferPointer<Float>) {}
        func readLogits(context: Int, into logits: UnsafeMutableBufferPointer<Float>) {
            for index in logits.indices { logits[index] = self.logits[index] }
        }
        func applyScores(_ logits: UnsafeBufferPointer<Float>, into scores: UnsafeMutableBufferPointer<Float>) {
            TacitEngine.applyScores(.multiclass, logits: logits, into: scores)
        }
        func readLearning(
            context: Int, last: Int?, and shorter: Int?, into output: UnsafeMutableBufferPointer<Float>
        ) {
            (self.last, self.shorter) = (last, shorter)
            for index in point.indices { output[index] = point[index] }
            guard shorter != nil else { return }
            let near = near ?? point
            for index in near.indices { output[point.count + index] = near[index] }
        }
    }

    private static func description(_ labels: [String]) -> ModelDescription {
        ModelDescription(
            trunk: TrunkDescription(
                family: .llama, width: Clusters.width, layers: 1, heads: 1, keyValueHeads: 1, headWidth: 2,
                feedForwardWidth: 1, isGated: true, norm: .rms, normEpsilon: 1e-5, activation: .silu,
                positions: .rotary, rotaryWidth: 2),
            input: .waveform(WaveformInput(sampleRate: 16000, patch: 1, stride: 1, window: 5)), attention: .causal,
            context: .restart, pool: .last, task: .multiclass, labels: labels,
            thresholds: [Float](repeating: 0.5, count: labels.count), patchHiddenWidth: 0, hasHeadNorm: false)
    }

    private static func taught(_ told: Told, _ own: [String], _ labels: LearnedLabels) -> TaughtModel {
        TaughtModel(told, description(own), TaughtPlanes(labels, description(own)))
    }

    private struct Said {
        var logits: [Float]
        var scores: [Float]
    }

    private static func read(_ model: TaughtModel, _ count: Int) -> Said {
        var said = Said(
            logits: [Float](repeating: .nan, count: count), scores: [Float](repeating: .nan, count: count))
        said.logits.withUnsafeMutableBufferPointer { logits in
            said.scores.withUnsafeMutableBufferPointer { scores in
                model.readLogits(context: 0, into: logits)
                model.applyScores(UnsafeBufferPointer(logits), into: scores)
            }
        }
        return said
    }

    @Test func learnedLabelsStandBehindTheModelsOwn() throws {
        var clusters = Clusters(4, seed: 30)
        let base = TaughtBase(labels: ["dog", "rain"], prototypes: [])
        var labels = LearnedLabels(Clusters.model)
        try labels.learn("bell", clusters.examples(0, count: 5), base)
        try labels.learn("horn", clusters.examples(1, count: 5), base)
        let told = Told(logits: [1, -0.5], point: clusters.point(0))
        let model = Self.taught(told, base.labels, labels)
        let said = Self.read(model, 4)
        #expect(Array(said.logits[..<2]) == told.logits)
        for plane in 0..<2 {
            #expect(abs(said.logits[2 + plane] - labels.distance(plane, of: told.point)) < 1e-5)
            // A sigmoid of its own, whatever the model's task.
            #expect(abs(said.scores[2 + plane] - 1 / (1 + exp(-said.logits[2 + plane]))) < 1e-6)
        }
        #expect(said.scores[2] > 0.5 && said.scores[3] < 0.5)
        // The model's own scores are what they are without.
        let alone = 1 / (1 + exp(Float(-1.5)))
        #expect(abs(said.scores[0] - alone) < 1e-6 && abs(said.scores[0] + said.scores[1] - 1) < 1e-6)
    }

    /// What is shorter than a window is found in its last stretch, what is longer in the window; corrections of the
    /// model's own labels are of the window, as these are.
    @Test func aStretchCountsWhereItIsMoreLikeTheLabel() throws {
        var clusters = Clusters(4, seed: 33)
        let base = TaughtBase(labels: ["dog"], prototypes: clusters.centres[3])
        var labels = LearnedLabels(Clusters.model)
        try labels.learn("bell", clusters.examples(0, count: 5), base)
        try labels.learn("horn", clusters.examples(1, count: 5), base)
        try labels.correct("dog", clusters.examples(2, count: 5), base)
        var description = Self.description(base.labels)
        description.learning = LearningHead(levels: [1], stretch: 2, width: Clusters.width, hasPrototypes: true)
        let told = Told(logits: [4], point: clusters.point(2))
        told.near = clusters.point(1)
        let model = TaughtModel(told, description, TaughtPlanes(labels, description))
        for _ in 0..<2 {
            let said = Self.read(model, 3)
            #expect(told.last == nil && told.shorter == 2)
            for plane in 0..<2 {
                let (window, near) = (
                    labels.distance(plane, of: told.point), labels.distance(plane, of: told.near ?? [])
                )
                #expect(abs(said.logits[1 + plane] - max(window, near)) < 1e-5)
            }
            #expect(said.logits[0] == Self.read(Self.taught(told, base.labels, labels), 3).logits[0])
            (told.point, told.near) = (clusters.point(0), clusters.point(2))
        }
    }

    @Test func aCorrectedLabelIsSaidLess() throws {
        var clusters = Clusters(4, seed: 31)
        let base = TaughtBase(labels: ["dog", "rain"], prototypes: clusters.centres[0] + clusters.centres[1])
        var labels = LearnedLabels(Clusters.model)
        try labels.correct("dog", clusters.examples(3, count: 5), base)
        let told = Told(logits: [4, 0], point: clusters.point(3))
        let model = Self.taught(told, base.labels, labels)
        let wrong = Self.read(model, 2)
        #expect(wrong.logits[0] < 1 && wrong.logits[1] == 0)
        // What truly is one is called so as before, to the last bit.
        told.point = clusters.point(0)
        #expect(Self.read(model, 2).logits == told.logits)
    }

    /// Corrections alone are of the window: nothing else is read out.
    @Test func correctionsAskForNoStretch() throws {
        var clusters = Clusters(2, seed: 34)
        var labels = LearnedLabels(Clusters.model)
        let base = TaughtBase(labels: ["dog"], prototypes: clusters.centres[0])
        try labels.correct("dog", clusters.examples(1, count: 5), base)
        var description = Self.description(base.labels)
        description.learning = LearningHead(levels: [1], stretch: 2, width: Clusters.width, hasPrototypes: true)
        let told = Told(logits: [4], point: clusters.point(1))
        told.shorter = 9
        let said = Self.read(TaughtModel(told, description, TaughtPlanes(labels, description)), 1)
        #expect(told.last == nil && told.shorter == nil && said.logits[0] < 4)
    }

    @Test func aModelWithoutLabelsCanBeTaught() throws {
        var clusters = Clusters(1, seed: 32)
        var labels = LearnedLabels(Clusters.model)
        try labels.learn("bell", clusters.examples(0, count: 3), TaughtBase(labels: [], prototypes: []))
        let model = Self.taught(Told(logits: [], point: clusters.point(0)), [], labels)
        let said = Self.read(model, 1)
        #expect(said.scores[0] > 0.5 && said.scores[0] < 1)
    }

    /// A stream that runs hears of what was taught meanwhile, and allocates nothing by it.
    @Test func whatIsTaughtAnewIsTakenOver() throws {
        var clusters = Clusters(3, seed: 34)
        let base = TaughtBase(labels: ["dog", "rain"], prototypes: clusters.centres[2] + clusters.centres[2])
        var labels = LearnedLabels(Clusters.model)
        try labels.learn("bell", clusters.examples(0, count: 5), base)
        let told = Told(logits: [4, 0], point: clusters.point(1))
        let planes = TaughtPlanes(labels, Self.description(base.labels))
        let model = TaughtModel(told, Self.description(base.labels), planes)
        #expect(Self.read(model, 3).logits[0] == 4)
        var corrected = labels
        try corrected.correct("dog", clusters.examples(1, count: 5), base)
        #expect(planes.replace(with: corrected))
        let logits = UnsafeMutableBufferPointer<Float>.allocate(capacity: 3)
        defer { logits.deallocate() }
        let before = tacit_allocations_on_this_thread()
        model.readLogits(context: 0, into: logits)
        #expect(tacit_allocations_on_this_thread() == before)
        #expect(logits[0] < 1 && logits[1] == 0)
        // Other labels are another stream's.
        var more = corrected
        try more.learn("horn", clusters.examples(1, count: 5), base)
        #expect(!planes.replace(with: more))
        #expect(planes.replace(with: labels))
        #expect(Self.read(model, 3).logits[0] == 4)
    }

    /// One that makes room hears of labels that came, each at a place of its own for good.
    @Test func labelsComeAndGo() throws {
        var clusters = Clusters(4, seed: 35)
        let base = TaughtBase(labels: ["dog", "rain"], prototypes: [])
        var labels = LearnedLabels(Clusters.model)
        try labels.learn("bell", clusters.examples(0, count: 5), base)
        let told = Told(logits: [4, 0], point: clusters.point(1))
        let planes = TaughtPlanes(labels, Self.description(base.labels))
        let model = TaughtModel(told, Self.description(base.labels), planes)
        let before = Self.read(model, 3)
        try labels.learn("horn", clusters.examples(1, count: 5), base)
        #expect(planes.changeCount == 0 && planes.follow(labels) && planes.changeCount == 1)
        #expect(planes.places.names == ["bell", "horn"] && planes.places.isTaught == [true, true])
        // Until there is room, nothing changes.
        #expect(Self.read(model, 3).logits == before.logits)
        let both = Self.read(model, 4)
        #expect(Array(both.logits[..<2]) == told.logits && both.scores[3] > 0.5 && both.scores[2] < 0.5)
        for plane in 0..<2 { #expect(abs(both.logits[2 + plane] - labels.distance(plane, of: told.point)) < 1e-5) }

        try labels.forget("bell", base)
        #expect(!planes.replace(with: labels) && planes.follow(labels) && planes.changeCount == 2)
        #expect(planes.places.names == ["bell", "horn"] && planes.places.isTaught == [false, true])
        let one = Self.read(model, 4)
        #expect(one.scores[2] < 1e-20 && abs(one.logits[3] - labels.distance(0, of: told.point)) < 1e-5)

        try labels.learn("gong", clusters.examples(2, count: 5), base)
        try labels.learn("bell", clusters.examples(0, count: 5), base)
        #expect(planes.follow(labels))
        #expect(planes.places.names == ["bell", "horn", "gong"] && planes.places.isTaught == [true, true, true])
        let all = Self.read(model, 5)
        for (place, name) in ["bell", "horn", "gong"].enumerated() {
            let plane = try #require(labels.labels.firstIndex { $0.name == name })
            #expect(abs(all.logits[2 + place] - labels.distance(plane, of: told.point)) < 1e-5)
        }
        // The same once more is nothing new to streams.
        #expect(planes.follow(labels) && planes.changeCount == 3)
    }

    @Test func readingAllocatesNothing() throws {
        var clusters = Clusters(2, seed: 33)
        let base = TaughtBase(labels: ["dog", "rain"], prototypes: [])
        var labels = LearnedLabels(Clusters.model)
        try labels.learn("bell", clusters.examples(0, count: 5), base)
        try labels.correct("dog", clusters.examples(1, count: 5), base)
        var description = Self.description(base.labels)
        description.learning = LearningHead(levels: [1], stretch: 2, width: Clusters.width, hasPrototypes: false)
        let told = Told(logits: [1, -0.5], point: clusters.point(0))
        let model = TaughtModel(told, description, TaughtPlanes(labels, description))
        let logits = UnsafeMutableBufferPointer<Float>.allocate(capacity: 3)
        let scores = UnsafeMutableBufferPointer<Float>.allocate(capacity: 3)
        defer {
            logits.deallocate()
            scores.deallocate()
        }
        let before = tacit_allocations_on_this_thread()
        for _ in 0..<100 {
            model.readLogits(context: 0, into: logits)
            model.applyScores(UnsafeBufferPointer(logits), into: scores)
        }
        #expect(tacit_allocations_on_this_thread() == before)
    }
}
