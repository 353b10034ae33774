/// Raw samples, -1...1.
package struct WaveformInput: Equatable, Sendable {
    /// Hertz.
    package var sampleRate: Int
    /// Samples in a patch.
    package var patch: Int
    /// Samples from one patch's start to the next.
    package var stride: Int
    /// Patches in a context.
    package var window: Int

    package init(sampleRate: Int, patch: Int, stride: Int, window: Int) {
        self.sampleRate = sampleRate
        self.patch = patch
        self.stride = stride
        self.window = window
    }
}

extension WaveformInput: SoundInput {
    package static let name: StaticString = "waveform"
    package static var blank: WaveformInput {
        WaveformInput(sampleRate: 0, patch: 0, stride: 0, window: 0)
    }

    package mutating func visit<Failure: Error, Visitor: InputVisitor>(_ visitor: inout Visitor) throws(Failure)
    where Visitor.Failure == Failure {
        try visitor.size("sample_rate", &sampleRate)
        try visitor.size("patch", &patch)
        try visitor.size("stride", &stride, standard: ("patch", patch))
        try visitor.size("window", &window)
    }

    package var patchSize: Int { patch }
    package var samplesPerPatch: Int { patch }
    package var samplesPerStride: Int { stride }
    package var input: InputDescription { .waveform(self) }

    package var words: String {
        "waveform at \(sampleRate) Hz, patches of \(patch) samples every \(stride), window \(window)"
    }

    package func validate() throws {
        try range(sampleRate, 1...ModelLimits.sampleRate, "input.sample_rate")
        try range(patch, 1...ModelLimits.patchSize, "input.patch")
        try range(stride, 1...ModelLimits.patchSize, "input.stride")
        try range(window, 1...ModelLimits.window, "input.window")
        try range((window - 1) * stride + patch, 1...ModelLimits.windowSamples, "input.window", "samples in a window")
    }
}
