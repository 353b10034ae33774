import TacitDiagnostics
import TacitModelFile

/// Raw samples as patches, with or without overlap (or with gaps, where the stride is longer than the patch).
package final class WaveformFrontEnd: SoundFrontEnd {
    package let geometry: SoundGeometry
    /// Samples from the next patch's first on.
    private var pending: SampleBuffer
    /// Samples still to come before the next patch's first.
    private var toSkip = 0

    /// - Throws: `TacitError` (bad data) for numbers that make no sense.
    package init(_ input: WaveformInput) throws {
        geometry = try SoundGeometry(.waveform(input))
        pending = SampleBuffer(capacity: 2 * geometry.samplesPerPatch + 1024)
    }

    package func reset() {
        pending.removeAll()
        toSkip = 0
    }

    package func push(_ samples: UnsafeBufferPointer<Float>, emit: (UnsafePointer<Float>) throws -> Void) rethrows {
        guard var next = samples.baseAddress else { return }
        let patch = geometry.samplesPerPatch
        let stride = geometry.samplesPerStride
        var left = samples.count
        while left > 0 {
            if toSkip > 0 {
                let skipped = min(toSkip, left)
                toSkip -= skipped
                next += skipped
                left -= skipped
                continue
            }
            if pending.count == 0, left >= patch {
                // The common case of a large push: patches are read where they lie.
                try emit(next)
                let advanced = min(stride, left)
                toSkip = stride - advanced
                next += advanced
                left -= advanced
                continue
            }
            let taken = pending.append(next, count: left)
            next += taken
            left -= taken
            while pending.count >= patch {
                try emit(pending.start)
                let dropped = min(stride, pending.count)
                pending.removeFirst(dropped)
                toSkip = stride - dropped
            }
        }
    }
}
