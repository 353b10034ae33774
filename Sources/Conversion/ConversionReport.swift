import TacitMeasures
import TacitModelFile

/// What a conversion did.
package struct ConversionReport: Sendable {
    /// A kind of matrix, all blocks together.
    package struct Kind: Sendable {
        package let kind: MatrixKind
        package var matrices = 0
        package var weights = 0
        /// Bytes in the file.
        package var bytes = 0
        package var error = QuantizationError()
    }

    /// Tensors of the model file.
    package var tensors = 0
    /// Bytes of the base checkpoint's and the adapter's tensors.
    package var bytesBefore = 0
    /// Bytes of the model file.
    package var bytesAfter = 0
    /// Of the trunk's matrices, one after another.
    package var encodings: [MatrixEncoding] = []
    /// Of all of them; nil where they differ.
    package var encoding: MatrixEncoding? {
        encodings.first.flatMap { first in encodings.allSatisfy { $0 == first } ? first : nil }
    }
    /// Of all of them; nil where they differ.
    var bits: Int? {
        encodings.first.flatMap { first in encodings.allSatisfy { $0.bits == first.bits } ? first.bits : nil }
    }
    /// Bits a weight of the trunk's matrices, with scales, sums, biases and padding.
    package var bitsPerWeight: Double {
        let weights = kinds.reduce(0) { $0 + $1.weights }
        return weights > 0 ? Double(8 * kinds.reduce(0) { $0 + $1.bytes }) / Double(weights) : 0
    }
    /// How far int8 in one range a row puts the trunk off, where that was tried.
    package var rowsError: RelativeError?
    /// How far what is stored puts the trunk off with activations as they are and smoothed, where both were tried.
    package var smoothing: SmoothingErrors?
    package var isSmoothed = false
    /// What two planes in the first layers are worth, where that was tried.
    package var twoPlanes: TwoPlaneVerdict?
    /// First layers that have two, where the trunk's width alone does not ask for them everywhere.
    package var twoPlaneLayers = 0
    /// How far quantized weights put the trunk off, for the patches that they were fitted to.
    package var calibratedError: RelativeError?
    /// What storing the weights does to the model's results.
    package var errors = MeasuredErrors()
    package var kinds: [Kind] = MatrixKind.allCases.map { Kind(kind: $0) }
    /// Modules of the base that an adapter sat on.
    package var adaptedModules = 0
    /// Largest difference of a fused module's output from the unfused one's on random input, relative to the largest
    /// output; nil without an adapter.
    package var fusionDifference: Double?
    /// What a user should know before the model is trusted; mostly nothing.
    package var notes: [String] = []

    package init() {}

    /// Before anything is written.
    init(_ verdict: TrialVerdict, encodings: [MatrixEncoding], notes: [String], adaptedModules: Int) {
        self.encodings = encodings
        self.notes = notes
        self.adaptedModules = adaptedModules
        rowsError = verdict.rowsError
        smoothing = verdict.smoothing
        isSmoothed = verdict.isSmoothed
        twoPlanes = verdict.twoPlanes
        twoPlaneLayers = verdict.twoPlaneLayers
    }

    mutating func add(
        _ matrix: PackedMatrix, _ fused: TrunkWeights.Matrix, kind: MatrixKind, error: QuantizationError
    ) {
        if let difference = fused.fusionDifference { fusionDifference = max(fusionDifference ?? 0, difference) }
        guard let index = kinds.firstIndex(where: { $0.kind == kind }) else { return }
        kinds[index].matrices += 1
        kinds[index].weights += matrix.rows * matrix.columns
        kinds[index].bytes += matrix.byteCount
        kinds[index].error += error
    }
}
