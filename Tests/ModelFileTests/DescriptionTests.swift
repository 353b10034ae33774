import TacitDiagnostics
import TacitModelFile
import Testing

@Suite struct DescriptionTests {
    /// Changes one field of a good description; the place named must be that field.
    private func place(_ model: SmallModel, _ change: (inout ModelDescription) -> Void) -> String? {
        var description = model.description
        change(&description)
        do {
            try description.validate()
            return nil
        } catch {
            return (error as? TacitError)?.place
        }
    }

    @Test func goodOnesPass() {
        for model in SmallModel.all { #expect(throws: Never.self) { try model.description.validate() } }
    }

    @Test func sizesAreBounded() {
        let gpt2 = SmallModel.gpt2
        #expect(place(gpt2) { $0.trunk.width = 0 } == "trunk.width")
        #expect(place(gpt2) { $0.trunk.width = 1 << 17 } == "trunk.width")
        #expect(place(gpt2) { $0.trunk.layers = 0 } == "trunk.layers")
        #expect(place(gpt2) { $0.trunk.headWidth = 1 << 16 } == "trunk.head_width")
        #expect(place(gpt2) { $0.trunk.keyValueHeads = 3 } == "trunk.key_value_heads")
        #expect(place(gpt2) { $0.trunk.heads = 3 } == "trunk.key_value_heads")
        #expect(place(gpt2) { $0.trunk.feedForwardWidth = -1 } == "trunk.feed_forward_width")
        #expect(place(gpt2) { $0.trunk.normEpsilon = .nan } == "trunk.norm_epsilon")
        #expect(place(gpt2) { $0.trunk.normEpsilon = 0 } == "trunk.norm_epsilon")
        #expect(place(gpt2) { $0.trunk.rotaryWidth = 2 } == "trunk.rotary_width")
        #expect(place(SmallModel.llama) { $0.trunk.rotaryWidth = 8 } == "trunk.rotary_width")
        #expect(place(SmallModel.llama) { $0.trunk.rotaryWidth = 5 } == "trunk.rotary_width")
        #expect(place(gpt2) { $0.patchHiddenWidth = -1 } == "patch_hidden_width")
    }

    @Test func combinationsMustMakeSense() {
        #expect(place(SmallModel.gpt2) { $0.context = .sliding } == "context")
        #expect(place(SmallModel.llama) { $0.attention = .full } == "attention")
        for sinks in [-1, 17, Int.max] { #expect(place(SmallModel.llama) { $0.sinks = sinks } == "sinks") }
        #expect(place(SmallModel.gpt2) { $0.sinks = 1 } == "sinks")
        #expect(place(SmallModel.llama) { $0.sinks = 16 } == nil)
        #expect(place(SmallModel.llama) { $0.thresholds = [0.5] } == "thresholds")
        #expect(place(SmallModel.llama) { $0.thresholds[1] = 1.5 } == "thresholds")
        #expect(place(SmallModel.llama) { $0.thresholds[1] = .nan } == "thresholds")
        #expect(place(SmallModel.llama) { $0.labels[1] = "a" } == "labels")
        #expect(place(SmallModel.llama) { $0.labels[1] = "" } == "labels")
        #expect(place(SmallModel.tokens) { $0.hasHeadNorm = true } == "head_norm")
        #expect(place(SmallModel.tokens) { $0.patchHiddenWidth = 3 } == "patch_hidden_width")
    }

    @Test func whatLabelsAreLearnedByMustMakeSense() {
        func learning(_ levels: [Int], width: Int = 11, prototypes: Bool = true) -> String? {
            place(SmallModel.teachable) {
                $0.learning = LearningHead(levels: levels, width: width, hasPrototypes: prototypes)
            }
        }
        #expect(learning([2]) == nil)
        #expect(learning([1, 2]) == nil)
        for levels in [[], [0], [3], [2, 1], [1, 1], [-1], [Int.max]] {
            #expect(learning(levels) == "learning.levels", "\(levels)")
        }
        for width in [0, -1, 1025, Int.max] { #expect(learning([1], width: width) == "learning.width") }
        for grid in [0, -1, 17, Int.max] {
            #expect(place(SmallModel.teachable) { $0.learning?.grid = grid } == "learning.grid")
        }
        // Sound has no cells, and a picture no more than patches.
        #expect(place(SmallModel.teachable) { $0.learning?.grid = 2 } == "learning.grid")
        func picture(_ grid: Int) -> String? {
            place(SmallModel.image) {
                $0.learning = LearningHead(levels: [1], grid: grid, width: 4, hasPrototypes: false)
            }
        }
        #expect(picture(3) == nil && picture(4) == "learning.grid")
        // A stretch is of sound that goes on, and no longer than a window.
        for (stretch, place) in [(0, nil), (1, nil), (9, nil), (10, "learning.stretch"), (-1, "learning.stretch")] {
            #expect(self.place(SmallModel.teachable) { $0.learning?.stretch = stretch } == place)
        }
        #expect(
            place(SmallModel.teachable) {
                $0.context = .restart
                $0.learning?.stretch = 4
            } == "learning.stretch")
        #expect(place(SmallModel.teachableImage) { $0.learning?.stretch = 1 } == "learning.stretch")
        for others in [-1, 4097, Int.max] {
            #expect(place(SmallModel.teachable) { $0.learning?.others = others } == "learning.others")
        }
        // There are three points.
        for (taught, place) in [(0, nil), (3, nil), (4, "learning.taught_others"), (-1, "learning.taught_others")] {
            #expect(self.place(SmallModel.teachable) { $0.learning?.taughtOthers = taught } == place)
        }
        #expect(
            place(SmallModel.teachable) {
                $0.labels = []
                $0.thresholds = []
                $0.events = nil
            } == "learning.prototypes")
        #expect(
            place(SmallModel.tokens) { $0.learning = LearningHead(levels: [1], width: 4, hasPrototypes: false) }
                == "learning")
        // Twice the trunk's width a level is what a product reads at once.
        #expect(
            place(SmallModel.teachable) {
                $0.trunk.layers = 40
                $0.trunk.width = 1 << 13
                $0.learning = LearningHead(levels: Array(1...40), width: 4, hasPrototypes: false)
            } == "learning.levels")
    }

    @Test func eventsMustBePossible() {
        func events(_ change: (inout EventSettings) -> Void) -> String? {
            place(SmallModel.gpt2) {
                var events = EventSettings()
                change(&events)
                $0.events = events
            }
        }
        #expect(events { _ in } == nil)
        #expect(events { ($0.smooth, $0.onAfter, $0.offAfter) = (604_800, 604_800, 604_800) } == nil)
        for seconds in [-0.001, 604_801, .infinity, .nan] {
            #expect(events { $0.smooth = seconds } == "events.smooth")
            #expect(events { $0.onAfter = seconds } == "events.on_after")
            #expect(events { $0.offAfter = seconds } == "events.off_after")
        }
        for part in [0, -0.5, 1.001, .nan] { #expect(events { $0.offBelow = part } == "events.off_below") }
        #expect(events { $0.offBelow = 1 } == nil)
        #expect(place(SmallModel.tokens) { $0.events = EventSettings() } == "events")
    }

    @Test func inputsMustMakeSense() {
        func waveform(_ rate: Int, _ patch: Int, _ stride: Int, _ window: Int) -> String? {
            place(SmallModel.gpt2) {
                $0.input = .waveform(WaveformInput(sampleRate: rate, patch: patch, stride: stride, window: window))
            }
        }
        #expect(waveform(16000, 400, 400, 40) == nil)
        #expect(waveform(0, 400, 400, 40) == "input.sample_rate")
        #expect(waveform(16000, 0, 400, 40) == "input.patch")
        #expect(waveform(16000, 400, 0, 40) == "input.stride")
        #expect(waveform(16000, 400, 400, 0) == "input.window")
        #expect(waveform(16000, 1 << 20, 1 << 20, 1 << 16) == "input.window")

        func logmel(_ change: (inout LogMelInput) -> Void) -> String? {
            place(SmallModel.llama) {
                guard case .logmel(var input) = $0.input else { return }
                change(&input)
                $0.input = .logmel(input)
            }
        }
        #expect(logmel { $0.windowLength = 513 } == "input.win_length")
        #expect(logmel { $0.fftSize = 1 } == "input.n_fft")
        #expect(logmel { $0.hopLength = 0 } == "input.hop_length")
        #expect(logmel { $0.mels = 0 } == "input.n_mels")
        #expect(logmel { $0.maximumFrequency = 8001 } == "input.f_max")
        #expect(logmel { $0.minimumFrequency = .nan } == "input.f_max")
        #expect(logmel { $0.logOffset = 0 } == "input.log_offset")
        #expect(logmel { $0.deviation = 0 } == "input.std")
        #expect(logmel { $0.mean = .infinity } == "input.mean")
        // As single precision has them.
        #expect(logmel { $0.logOffset = 1e-40 } == "input.log_offset")
        #expect(logmel { $0.logOffset = 1.2e-38 } == nil)
        for mean in [1e30, -1e30] { #expect(logmel { $0.mean = mean } == "input.mean") }
        for deviation in [1e-30, 1e30, -1, .nan] { #expect(logmel { $0.deviation = deviation } == "input.std") }
        #expect(logmel { $0.patchFrames = 0 } == "input.patch_frames")
        #expect(logmel { $0.strideFrames = 0 } == "input.stride_frames")

        func image(_ change: (inout ImageInput) -> Void) -> String? {
            place(SmallModel.image) {
                guard case .image(var input) = $0.input else { return }
                change(&input)
                $0.input = .image(input)
            }
        }
        #expect(image { $0.channels = 2 } == "input.channels")
        #expect(image { $0.patch = 7 } == "input.patch")
        #expect(image { $0.stride = 0 } == "input.stride")
        #expect(image { $0.mean = [0] } == "input.mean")
        #expect(image { $0.deviation[2] = 0 } == "input.std")
        #expect(image { $0.width = 1 << 30 } == "input.width")
    }
}
