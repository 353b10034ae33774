/// Samples in, patches out: what stands between a source of sound and a model's trunk.
///
/// Incremental: each patch is emitted as soon as its last sample is there. A patch depends on its own samples alone,
/// never on how they were cut into pushes, to the last bit. All buffers are made by the initialiser.
package protocol SoundFrontEnd: AnyObject {
    /// How samples become patches.
    var geometry: SoundGeometry { get }

    /// Takes the next samples (-1...1 at the model's rate) and emits, in order, every patch that they complete.
    ///
    /// `emit` is given one patch, `[geometry.patchSize]`, valid during the call. What it throws is passed on; the
    /// stream can't go on after that but by a reset.
    func push(_ samples: UnsafeBufferPointer<Float>, emit: (UnsafePointer<Float>) throws -> Void) rethrows

    /// Forgets all samples; the next one pushed is the first of patch 0.
    func reset()
}
